/** A loan and a yes, with LangChain. */
import assert from 'node:assert/strict'
//#region chat
import { ChatOpenAI } from '@langchain/openai'

const { BEHEST_INTENT_PORT = '4000' } = process.env
const model = new ChatOpenAI({
  model: 'behest',
  apiKey: 'none is needed',
  configuration: { baseURL: `http://127.0.0.1:${BEHEST_INTENT_PORT}/v1` },
})
const history = [{ role: 'user', content: 'lend 10 USDC on Aave' }]
const preview = await model.invoke(history)
history.push(
  { role: 'assistant', content: preview.text },
  { role: 'user', content: 'yes' },
)
const receipt = await model.invoke(history)
console.log(receipt.text)
//#endregion chat
assert.match(receipt.text, /Receipt: MET/)
