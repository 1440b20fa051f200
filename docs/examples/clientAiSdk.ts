/** A swap and a yes, with the AI SDK. */
import assert from 'node:assert/strict'
//#region chat
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, type ModelMessage } from 'ai'

const { BEHEST_INTENT_PORT = '4000' } = process.env
const behest = createOpenAICompatible({
  name: 'behest',
  baseURL: `http://127.0.0.1:${BEHEST_INTENT_PORT}/v1`,
})
const messages: ModelMessage[] = [
  { role: 'user', content: 'swap 10 USDC for DAI' },
]
const preview = await generateText({ model: behest('behest'), messages })
messages.push(...preview.response.messages, { role: 'user', content: 'yes' })
const receipt = await generateText({ model: behest('behest'), messages })
console.log(receipt.text)
//#endregion chat
assert.match(receipt.text, /Receipt: MET/)
