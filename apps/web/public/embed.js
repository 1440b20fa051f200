/**
 * Puts the chat box on any page:
 *
 *   <script src="https://behest.example/embed.js" async></script>
 *
 * A button stands in a corner; it opens the page of the server that served this
 * file, in a frame. The frame is of another origin, so the page around it reads
 * nothing of it and clicks nothing in it; an approval opens in a tab of its own,
 * since a frame can be covered by what surrounds it.
 *
 * Attributes of the script element, all optional: `data-label` (text of the
 * button), `data-side` (`left` or `right`), `data-open` (opened from the start).
 */
;(() => {
  const script = document.currentScript
  if (!(script instanceof HTMLScriptElement)) return
  const origin = new URL(script.src).origin
  const label = script.dataset.label ?? 'Behest'
  const side = script.dataset.side === 'left' ? 'left' : 'right'

  const host = document.createElement('div')
  const root = host.attachShadow({ mode: 'open' })
  const style = document.createElement('style')
  style.textContent = `
    :host { position: fixed; inset-block-end: 16px; ${side}: 16px; z-index: 2147483000; }
    button { font: 600 16px system-ui, sans-serif; padding: 12px 20px; border: 0; border-radius: 24px;
      background: #2f6f4f; color: #fff; cursor: pointer; float: ${side}; }
    button:focus-visible { outline: 3px solid #8fd0ae; outline-offset: 2px; }
    iframe { display: block; width: min(400px, calc(100vw - 32px)); height: min(640px, calc(100vh - 96px));
      margin-block-end: 12px; border: 1px solid #8886; border-radius: 12px; background: Canvas; color-scheme: light dark; }
    iframe[hidden] { display: none; }`
  const frame = document.createElement('iframe')
  frame.title = label
  frame.hidden = true
  frame.allow = 'clipboard-write'
  frame.referrerPolicy = 'origin'
  const button = document.createElement('button')
  button.type = 'button'
  button.textContent = label

  const show = (isOpen) => {
    // Fetched when it is first asked for: most visits never open it.
    if (isOpen && frame.src === '') frame.src = `${origin}/`
    frame.hidden = !isOpen
    button.setAttribute('aria-expanded', String(isOpen))
    if (isOpen) frame.focus()
  }
  button.addEventListener('click', () => show(frame.hidden))
  host.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || frame.hidden) return
    show(false)
    button.focus()
  })
  root.append(style, frame, button)
  document.body.append(host)
  show(script.dataset.open !== undefined)
})()
