import { useEffect, useState } from 'react'

/** What the address asks to see. */
export type View =
  | { readonly type: 'talk' }
  | { readonly type: 'intent'; readonly id: string }
  | { readonly type: 'orders' }
  | { readonly type: 'limits' }
  | { readonly type: 'agents' }
  | { readonly type: 'agent'; readonly id: string }

/** Reads the part of the address that says what to show. */
export function parseHash(hash: string): View {
  const [, name, rest = ''] = /^#([a-z]+)(?:=(.*))?$/.exec(hash) ?? []
  const id = decode(rest)
  if (name === 'intent' && id !== '') return { type: 'intent', id }
  if (name === 'agents')
    return id === '' ? { type: 'agents' } : { type: 'agent', id }
  if (name === 'orders') return { type: 'orders' }
  if (name === 'limits') return { type: 'limits' }
  return { type: 'talk' }
}

/** The address of a view. */
export function toHash(view: View): string {
  switch (view.type) {
    case 'talk':
      return '#'
    case 'intent':
      return `#intent=${encodeURIComponent(view.id)}`
    case 'orders':
      return '#orders'
    case 'limits':
      return '#limits'
    case 'agents':
      return '#agents'
    case 'agent':
      return `#agents=${encodeURIComponent(view.id)}`
    default:
      return view satisfies never
  }
}

/** What the address asks to see, and how to go elsewhere. */
export function useHash(): {
  readonly view: View
  readonly open: (view: View) => void
} {
  const [hash, setHash] = useState(window.location.hash)
  useEffect(() => {
    const read = () => setHash(window.location.hash)
    window.addEventListener('hashchange', read)
    return () => window.removeEventListener('hashchange', read)
  }, [])
  return {
    view: parseHash(hash),
    open: (view) => {
      window.location.hash = toHash(view)
    },
  }
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return '' // a broken escape names nothing
  }
}
