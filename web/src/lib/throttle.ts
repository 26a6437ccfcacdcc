/** Runs `work` at once and then at most every `milliseconds`, the last call always included. */
export function throttled<Arguments extends unknown[]>(
  milliseconds: number,
  work: (...given: Arguments) => void,
): { (...given: Arguments): void; cancel(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined
  let pending: Arguments | undefined

  function next(): void {
    timer = undefined
    if (pending === undefined) return
    const given = pending
    pending = undefined
    timer = setTimeout(next, milliseconds)
    work(...given)
  }

  const call = (...given: Arguments) => {
    pending = given
    if (timer === undefined) next()
  }
  return Object.assign(call, {
    cancel: () => {
      clearTimeout(timer)
      timer = undefined
      pending = undefined
    },
  })
}
