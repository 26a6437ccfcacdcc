import { useBackend } from '@/api/backend'
import { Problem } from '@/api/problem'
import type { Import, ImportLayout } from '@/api/types'

export interface Sending {
  layout: ImportLayout
  /** Called with the bytes that have been sent. */
  onSent: (bytes: number) => void
  signal: AbortSignal
}

type Answer = { status: number; body: string }
type Body = ConstructorParameters<typeof Problem>[1]

function read(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

// The client cannot tell how far an upload has come, so this one request is made by hand. The browser reads the file
// from the disk while it sends it; nothing of it is kept by the page.
function send(file: File, { layout, onSent, signal }: Sending): Promise<Answer> {
  const said = Object.entries(layout).filter(([, value]) => value !== null && value !== undefined)
  const words = new URLSearchParams(said.map(([name, value]) => [name, String(value)])).toString()
  const form = new FormData()
  form.append('file', file)
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest()
    const stop = () => request.abort()
    signal.addEventListener('abort', stop)
    request.upload.onprogress = ({ loaded }) => onSent(loaded)
    request.onload = () => resolve({ status: request.status, body: request.responseText })
    request.onerror = () => reject(new Problem(0, { code: 'upload_broken' }))
    request.onabort = () => reject(new DOMException('nobody waits any more', 'AbortError'))
    request.onloadend = () => signal.removeEventListener('abort', stop)
    request.open('POST', `/api/v1/imports${words && `?${words}`}`)
    request.setRequestHeader('Accept-Language', document.documentElement.lang)
    request.send(form)
  })
}

/** Sends a file of customers to be read; a session that has ended meanwhile costs a sign-in, and not the file. */
export function useUpload(): (file: File, sending: Sending) => Promise<Import> {
  const { session } = useBackend()
  return async (file, sending) => {
    if (sending.signal.aborted) throw new DOMException('nobody waits any more', 'AbortError')
    let answer = await send(file, sending)
    if (answer.status === 401 && (await session.renew())) answer = await send(file, sending)
    const body = read(answer.body)
    if (answer.status >= 400) throw new Problem(answer.status, body as Body)
    return body as Import
  }
}

