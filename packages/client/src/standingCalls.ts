import {
  type Address,
  type AllowanceLedger,
  allowanceLedgerSchema,
  type Hex,
  type IntentRecord,
  intentRecordSchema,
  type OrderEvent,
  type OrderRecord,
  orderRecordSchema,
  type Policy,
  type PolicyRecord,
  policyRecordSchema,
  type Stopped,
  stoppedSchema,
} from '@behest/spec'
import * as z from 'zod'
import { type FollowOptions, followOrderEvents } from './followEvents.js'
import type { CallOptions, createHttp } from './http/createHttp.js'

const orderPageSchema = z.object({
  orders: z.array(orderRecordSchema),
  nextCursor: z.string().nullish(),
})
/** A page of standing orders, the newest first. */
export type OrderPage = {
  readonly orders: readonly OrderRecord[]
  readonly nextCursor?: string
}

/** What is asked of standing orders. */
export type StandingCalls = {
  readonly orders: (
    input?: {
      readonly limit?: number
      readonly cursor?: string
      readonly account?: Address
      readonly status?: OrderRecord['status']
    },
    options?: CallOptions,
  ) => Promise<OrderPage>
  readonly order: (id: string, options?: CallOptions) => Promise<OrderRecord>
  /** Follows a standing order to its end, across broken connections. */
  readonly orderEvents: (
    id: string,
    options?: FollowOptions,
  ) => AsyncGenerator<OrderEvent, void, void>
  /** Ends a standing order at once. Asking again gives the same answer. */
  readonly cancelOrder: (
    id: string,
    options?: CallOptions,
  ) => Promise<OrderRecord>
  /** Everything that an account ever allowed, and what is open now. */
  readonly allowances: (
    input?: { readonly account?: Address },
    options?: CallOptions,
  ) => Promise<AllowanceLedger>
  /** Starts an intent for each open allowance; each takes one back. */
  readonly revokeAllowances: (
    input: {
      readonly account?: Address
      readonly token?: Address
      readonly spender?: Address
    },
    options?: CallOptions,
  ) => Promise<{ readonly intents: readonly IntentRecord[] }>
  /** The policy that binds an account's plans, and what was spent today. */
  readonly policy: (
    account: Address,
    options?: CallOptions,
  ) => Promise<PolicyRecord>
  /**
   * Lets a policy hold that the account has signed. Without a signature a server
   * on one's own machine signs for its own account.
   */
  readonly setPolicy: (
    input: { readonly policy: Policy; readonly signature?: Hex },
    options?: CallOptions,
  ) => Promise<PolicyRecord>
  /** Stops everything of an account, until it signs a newer policy. */
  readonly kill: (
    account: Address,
    input: { readonly why: string },
    options?: CallOptions,
  ) => Promise<PolicyRecord | Stopped>
}

/** Builds the calls of standing orders over an HTTP client. */
export function buildStandingCalls(
  http: ReturnType<typeof createHttp>,
): StandingCalls {
  const orderPath = (id: string, rest = '') =>
    `/v1/orders/${encodeURIComponent(id)}${rest}`
  return {
    orders: async (input, call) => {
      const { orders, nextCursor } = await http.ask(
        { method: 'GET', path: '/v1/orders', query: { ...input }, ...call },
        orderPageSchema,
      )
      return { orders, ...(nextCursor == null ? {} : { nextCursor }) }
    },
    order: (id, call) =>
      http.ask(
        { method: 'GET', path: orderPath(id), ...call },
        orderRecordSchema,
      ),
    orderEvents: (id, follow) =>
      followOrderEvents(http, orderPath(id, '/events'), follow ?? {}),
    cancelOrder: (id, call) =>
      http.ask(
        { method: 'POST', path: orderPath(id, '/cancel'), ...call },
        orderRecordSchema,
      ),
    allowances: (input, call) =>
      http.ask(
        { method: 'GET', path: '/v1/allowances', query: { ...input }, ...call },
        allowanceLedgerSchema,
      ),
    revokeAllowances: (input, call) =>
      http.ask(
        {
          method: 'POST',
          path: '/v1/allowances/revoke',
          body: input,
          ...call,
        },
        z.object({ intents: z.array(intentRecordSchema) }),
      ),
    policy: (account, call) =>
      http.ask(
        { method: 'GET', path: `/v1/policies/${account}`, ...call },
        policyRecordSchema,
      ),
    setPolicy: (input, call) =>
      http.ask(
        { method: 'POST', path: '/v1/policies', body: input, ...call },
        policyRecordSchema,
      ),
    kill: (account, input, call) =>
      http.ask(
        {
          method: 'POST',
          path: `/v1/policies/${account}/kill`,
          body: input,
          ...call,
        },
        z.union([policyRecordSchema, stoppedSchema]),
      ),
  }
}
