/** A swap and a yes, with the `openai` client. */
import assert from 'node:assert/strict'
//#region chat
import OpenAI from 'openai'

const { BEHEST_INTENT_PORT = '4000' } = process.env
const openai = new OpenAI({
  baseURL: `http://127.0.0.1:${BEHEST_INTENT_PORT}/v1`,
  apiKey: 'none is needed',
})
const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'user', content: 'swap 0.1 ETH for USDC' },
]
const shown = await openai.chat.completions.create({
  model: 'behest',
  messages,
})
const preview = shown.choices[0]?.message.content ?? ''
console.log(preview) // what would change; its last line names the plan

messages.push(
  { role: 'assistant', content: preview },
  { role: 'user', content: 'yes' }, // counts for exactly the plan shown
)
let said = ''
for await (const chunk of await openai.chat.completions.create({
  model: 'behest',
  messages,
  stream: true,
}))
  said += chunk.choices[0]?.delta.content ?? ''
console.log(said) // each stage as it passes, then the receipt
//#endregion chat
assert.match(said, /Receipt: MET/)

//#region responses
const first = await openai.responses.create({
  model: 'behest',
  input: 'lend 10 USDC on Aave',
})
const second = await openai.responses.create({
  model: 'behest',
  previous_response_id: first.id,
  input: 'yes',
})
console.log(second.output_text)
//#endregion responses
assert.match(second.output_text, /Receipt: MET/)
