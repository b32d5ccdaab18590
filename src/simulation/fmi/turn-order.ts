/** In which order instances take their turns: sources before targets; where wires go round in a circle, the first of those left, as they were given, begins. */
export function turnOrder(count: number, wires: readonly { readonly from: number; readonly to: number }[]): { readonly order: readonly number[]; readonly isCyclic: boolean } {
  const targets = Array.from({ length: count }, (): number[] => [])
  const waitsFor = new Int32Array(count)
  for (const { from, to } of wires) {
    targets[from]?.push(to)
    waitsFor[to] = (waitsFor[to] ?? 0) + 1
  }
  const order: number[] = []
  const taken = new Uint8Array(count)
  const ready = Array.from({ length: count }, (_, index) => index).filter((index) => waitsFor[index] === 0)
  let [isCyclic, firstLeft] = [false, 0]
  while (order.length < count) {
    while (taken[firstLeft] === 1) firstLeft++
    const next = ready.shift() ?? firstLeft
    if (taken[next] === 1) continue
    isCyclic ||= (waitsFor[next] ?? 0) > 0
    taken[next] = 1
    order.push(next)
    for (const target of targets[next] ?? []) {
      const left = (waitsFor[target] ?? 0) - 1
      waitsFor[target] = left
      if (left === 0 && taken[target] !== 1) ready.push(target)
    }
  }
  return { order, isCyclic }
}
