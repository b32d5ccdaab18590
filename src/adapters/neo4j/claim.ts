/**
 * Takes the right to work in the background, as `$b.holder`, for `$b.forMs`; `free` tells whether it was had. It lies on the tenant's head under a name of its own;
 * who commits waits for it as for another commit, for a moment. By the store's clock, which all processes share.
 */
export const claimText = (name: string): string => `MATCH (h:_Head {_t: $b.t}) SET h.lock = timestamp()
WITH h, coalesce(h.${name}, $b.holder) = $b.holder OR h.${name}Until <= timestamp() AS free
FOREACH (_ IN CASE WHEN free THEN [1] ELSE [] END | SET h.${name} = $b.holder, h.${name}Until = timestamp() + $b.forMs)
RETURN free`
