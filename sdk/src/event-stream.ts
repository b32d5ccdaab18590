/** An event of `text/event-stream`: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation */
export interface StreamEvent {
  readonly event: string
  readonly data: string
}

/** Takes a stream apart as its text comes, however it is cut. Comments and fields other than `event` and `data` are passed over. */
export function createEventStreamParser(): { push(text: string): readonly StreamEvent[] } {
  let rest = ''
  let event = ''
  let data: string[] = []
  const take = (line: string): StreamEvent | undefined => {
    if (line === '') {
      const complete = event !== '' || data.length > 0 ? { event: event || 'message', data: data.join('\n') } : undefined
      event = ''
      data = []
      return complete
    }
    const [, field = '', value = ''] = /^([^:]*)(?:: ?)?([^]*)$/.exec(line) ?? []
    if (field === 'event') event = value
    else if (field === 'data') data.push(value)
    return undefined
  }
  return {
    push(text) {
      const lines = (rest + text).split(/\r\n|\n|\r(?!$)/) // a CR at the end may be half of a CRLF
      rest = lines.pop() ?? ''
      return lines.flatMap((line) => take(line) ?? [])
    },
  }
}
