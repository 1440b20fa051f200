// One file because it is one page. Everything that agents and callers wrote goes
// in as text, never as markup.

/** The inspector's page. */
export const inspectorPage = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Inspector</title>
<link rel="stylesheet" href="/_inspector/page.css">
</head>
<body>
<header><h1>Inspector</h1><p id="state" role="status"></p></header>
<main>
<section aria-labelledby="try-title">
<h2 id="try-title">Ask the agent</h2>
<label for="sample">Request, as the engine sends it</label>
<textarea id="sample" spellcheck="false" rows="14"></textarea>
<p><button id="send" type="button">Send</button> <button id="fresh" type="button">New sample</button></p>
</section>
<section aria-labelledby="messages-title">
<h2 id="messages-title">Messages</h2>
<p id="none">Nothing was asked yet.</p>
<ol id="messages" reversed></ol>
</section>
</main>
<script src="/_inspector/page.js"></script>
</body>
</html>
`

/** The page's script: plain JavaScript, no dependency. */
export const inspectorScript = `const byId = (id) => document.getElementById(id)

function pretty(text) {
  try { return JSON.stringify(JSON.parse(text), null, 2) } catch { return text }
}

function readData(text) {
  try {
    const body = JSON.parse(text)
    const parts = body.params?.message?.parts ?? body.message?.parts ??
      body.result?.message?.parts ?? body.result?.parts ??
      body.result?.task?.artifacts?.[0]?.parts ?? []
    return parts.find((part) => part.data)?.data
  } catch { return undefined }
}

function summarise(message) {
  const asked = readData(message.request)
  const answer = readData(message.response)
  const words = [asked?.instruction?.action]
  if (answer?.type === 'behest.quote') words.push('quoted, ' + sayCalls(answer.calls?.length ?? 0))
  if (answer?.type === 'behest.decline') words.push('declined: ' + answer.code + ', ' + answer.message)
  if (!answer && message.response.includes('"error"')) words.push('error')
  return words.filter(Boolean).join(' · ')
}

function sayCalls(count) {
  return count === 1 ? '1 call' : count + ' calls'
}

function element(name, text, className) {
  const made = document.createElement(name)
  if (text !== undefined) made.textContent = text
  if (className) made.className = className
  return made
}

function show(message) {
  byId('none').hidden = true
  const item = element('li')
  const details = element('details')
  const isBad = message.status >= 400 || message.response.includes('"error"')
  details.append(element('summary',
    message.at.slice(11, 23) + '  ' + message.method + ' ' + message.path + '  ' +
    message.status + '  ' + message.milliseconds + ' ms  ' + summarise(message), isBad ? 'bad' : ''))
  if (message.request) details.append(element('h3', 'asked'), element('pre', pretty(message.request)))
  details.append(element('h3', 'answered'), element('pre', pretty(message.response)))
  item.value = message.id // a reversed list that grows at its front miscounts
  item.append(details)
  byId('messages').prepend(item)
  while (byId('messages').childElementCount > 200) byId('messages').lastElementChild.remove()
}

async function fillSample() {
  const response = await fetch('/_inspector/sample')
  byId('sample').value = await response.text()
}

const events = new EventSource('/_inspector/events')
events.addEventListener('open', () => byId('messages').replaceChildren())
events.addEventListener('message', (event) => show(JSON.parse(event.data)))
events.addEventListener('state', (event) => {
  const { type, says } = JSON.parse(event.data)
  byId('state').textContent = type + (says ? ': ' + says : '')
  byId('state').className = type
  if (type === 'running' && byId('sample').value === '') fillSample()
})
events.addEventListener('error', () => {
  byId('state').textContent = 'gone: "npm run dev" is not running'
  byId('state').className = 'failed'
})
byId('fresh').addEventListener('click', fillSample)
byId('send').addEventListener('click', () =>
  fetch('/', {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
    body: byId('sample').value,
  }))
`

/** The page's style, light and dark. */
export const inspectorStyle = `:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 70rem; padding: 1rem; }
header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
h1, h2 { font-size: 1.2rem; } h3 { font-size: 1rem; margin: .5rem 0 0; }
#state { white-space: pre-wrap; margin: 0; }
.running { color: light-dark(#0a6b2d, #6fdc8c); } .failed, .bad { color: light-dark(#a4161a, #ff8389); }
label { display: block; }
textarea, pre { font: 13px/1.4 ui-monospace, monospace; width: 100%; box-sizing: border-box; }
pre { overflow: auto; max-height: 28rem; padding: .5rem; border: 1px solid light-dark(#ccc, #555); white-space: pre-wrap; overflow-wrap: anywhere; }
summary { cursor: pointer; font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
button { font: inherit; padding: .3rem .9rem; }
ol { padding-left: 2.5rem; }
`
