import { createIntentClient, type IntentClient } from '@behest/client'
import { describe, expect, test } from 'vitest'
import { buildOpenApi } from './openApi.js'

const account = `0x${'ab'.repeat(20)}` as const
const hash = `0x${'cd'.repeat(32)}` as const

/** These are spoken by the clients of their own protocol. */
const spokenByOthers = [
  'createChatCompletion',
  'createResponse',
  'listModels',
  'getModel',
]

type Call = (client: IntentClient) => unknown
const calls: Readonly<Record<string, Call>> = {
  parse: (client) => client.parse({ utterance: 'hi' }),
  createIntent: (client) => client.create({ utterance: 'hi' }),
  listIntents: (client) => client.list(),
  getIntent: (client) => client.get('i1'),
  followIntent: (client) => client.events('i1', once).next(),
  answerIntent: (client) => client.answer('i1', { utterance: 'yes' }),
  approveIntent: (client) => client.approve('i1', { planHash: hash }),
  cancelIntent: (client) => client.cancel('i1'),
  getApproval: (client) => client.getApproval('i1'),
  getMandates: (client) => client.getMandates('i1'),
  listHolderTransactions: (client) => client.getTransactions('i1'),
  reportHolderTransaction: (client) =>
    client.reportTransaction('i1', { type: 'asking', legId: hash }),
  getReceipt: (client) => client.receipt('i1'),
  getPayments: (client) => client.payments(),
  getAccount: (client) => client.account(account),
  listAccounts: (client) => client.accounts(),
  listChats: (client) => client.chats.list('telegram'),
  linkChat: (client) =>
    client.chats.link({
      id: 'telegram:1',
      account,
      issuedAt: '2026-01-01T00:00:00Z',
      signature: '0xab',
    }),
  getChat: (client) => client.chats.get('telegram:1'),
  unlinkChat: (client) => client.chats.unlink('telegram:1'),
  markChatShown: (client) =>
    client.chats.markShown('telegram:1', '2026-01-01T00:00:00Z'),
  listAllowances: (client) => client.allowances(),
  revokeAllowances: (client) => client.revokeAllowances({ account }),
  setPolicy: (client) =>
    client.setPolicy({ policy: {} as never, signature: '0xab' }),
  getPolicy: (client) => client.policy(account),
  killAccount: (client) => client.kill(account, { why: 'stop' }),
  listOrders: (client) => client.orders(),
  getOrder: (client) => client.order('o1'),
  followOrder: (client) => client.orderEvents('o1', once).next(),
  cancelOrder: (client) => client.cancelOrder('o1'),
}
const once = { maxReconnects: 0 }

const { paths } = buildOpenApi({ serverUrl: 'http://127.0.0.1:1' }) as {
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, { readonly operationId?: string }>>>
  >
}
const operations = Object.entries(paths).flatMap(([path, item]) =>
  Object.entries(item).flatMap(([method, { operationId }]) =>
    operationId === undefined ? [] : [{ path, method, operationId }],
  ),
)

describe('the client of the intent API', () => {
  test('behavior: it has a call for each operation that is described', () => {
    expect([...Object.keys(calls), ...spokenByOthers].sort()).toEqual(
      operations.map(({ operationId }) => operationId).sort(),
    )
  })

  test.each(
    operations.filter(
      ({ operationId }) => !spokenByOthers.includes(operationId),
    ),
  )(
    'behavior: $operationId is $method $path',
    async ({ path, method, operationId }) => {
      const asked: string[] = []
      const client = createIntentClient({
        baseUrl: 'http://127.0.0.1:1',
        fetch: async (url, init) => {
          asked.push(`${init.method} ${new URL(url).pathname}`)
          return new Response('{}', { status: 404 })
        },
      })
      await Promise.resolve(calls[operationId]?.(client)).catch(() => {})
      expect(asked).toHaveLength(1)
      expect(asked[0]).toMatch(
        new RegExp(
          `^${method.toUpperCase()} ${path.replace(/\{[^}]+\}/g, '[^/]+')}$`,
        ),
      )
    },
  )
})
