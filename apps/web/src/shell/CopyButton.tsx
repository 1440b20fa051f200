import { useRef } from 'react'
import { useWords } from '../words/useWords.js'
import { useNotice } from './Notices.js'

/** Copies a text, and says that it did. */
export function CopyButton({
  text,
  name,
  label,
}: {
  readonly text: string
  /** What is copied, for those who do not see where the button stands. */
  readonly name: string
  readonly label?: string
}) {
  const words = useWords()
  const button = useRef<HTMLButtonElement>(null)
  const notice = useNotice()
  async function copy(): Promise<void> {
    await writeClipboard(text)
    notice({ text: words.copied, beside: button.current })
  }
  return (
    <button
      ref={button}
      type="button"
      className="small quiet"
      {...(label === undefined ? { 'aria-label': words.copyThing(name) } : {})}
      onClick={() => void copy()}
    >
      {label ?? words.copy}
    </button>
  )
}

async function writeClipboard(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text)
  } catch {
    // Without a secure origin there is no clipboard; a selection can be copied.
    const field = document.createElement('textarea')
    field.value = text
    document.body.append(field)
    field.select()
    document.execCommand('copy')
    field.remove()
  }
}
