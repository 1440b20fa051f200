/** A loan by A2A: a task that waits for approval, gets it, and has a receipt. */
import assert from 'node:assert/strict'
//#region a2a
import { randomUUID } from 'node:crypto'
import { Role, SendMessageRequest } from '@a2a-js/sdk'
import { ClientFactory } from '@a2a-js/sdk/client'

const { BEHEST_INTENT_PORT = '4000' } = process.env
const client = await new ClientFactory().createFromUrl(
  `http://127.0.0.1:${BEHEST_INTENT_PORT}`,
)
const say = (taskId: string, part: object) =>
  SendMessageRequest.fromJSON({
    message: {
      messageId: randomUUID(),
      role: Role.ROLE_USER,
      taskId,
      parts: [part],
    },
  })

const asked = await client.sendMessage(
  say('', { text: 'lend 10 USDC on Aave' }),
)
if (!('status' in asked)) throw new TypeError('A task was expected.')
const request = asked.status?.message?.parts[1]?.content
if (request?.$case !== 'data') throw new TypeError('A plan was expected.')
console.log(request.value.preview) // what would change

const events: object[] = []
for await (const event of client.sendMessageStream(
  // Names the plan's hash; the page at request.value.approveAt does the same.
  say(asked.id, { data: request.value.approveWith }),
))
  events.push(event)
const { artifacts } = await client.getTask({ tenant: '', id: asked.id })
console.log(artifacts[0]?.parts[0]?.content)
//#endregion a2a
assert.match(JSON.stringify(artifacts), /"outcome":"MET"/)
assert.ok(events.length > 2)
