hyp next-exit hvc64
hyp back
hyp step-explain
hyp world
hyp next-entry
hyp diff-context
hyp step-explain
hyp back-world
hyp back-world
