hyp next-exit hvc64
hyp back
hyp step-explain
hyp step-world
hyp world
hyp step-world
hyp step-explain
hyp next-entry
hyp diff-context
hyp step-explain
hyp back-world
hyp back-world
