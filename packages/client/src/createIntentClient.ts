import {
  type Address,
  type ApproverSigning,
  addressSchema,
  approverSigningSchema,
  type Custody,
  type GivenMandate,
  givenMandateSchema,
  type Hex,
  type HolderReport,
  type HolderTransaction,
  holderReportSchema,
  holderTransactionSchema,
  type IntentEvent,
  type IntentRecord,
  intentRecordSchema,
  type JsonValue,
  type MandateSigning,
  type MissedRuns,
  mandateSigningSchema,
  type ParseContext,
  type ParseResult,
  parseResultSchema,
  type Receipt,
  receiptSchema,
} from '@behest/spec'
import * as z from 'zod'
import { type FollowOptions, followEvents } from './followEvents.js'
import {
  type CallOptions,
  type ClientOptions,
  createHttp,
} from './http/createHttp.js'
import { buildSessionCalls, type SessionCalls } from './sessionCalls.js'
import { buildStandingCalls, type StandingCalls } from './standingCalls.js'

/** What a sentence is read against; the server fills in what is absent. */
export type ContextInput = {
  readonly [Name in keyof ParseContext]?: ParseContext[Name] | undefined
}

/** A sentence to read, without doing anything. */
export type ParseInput = {
  readonly utterance: string
  readonly context?: ContextInput
}

/** What is wanted, in words, and for which account. */
export type CreateIntentInput = ParseInput & {
  readonly account?: Address
  /** How it is carried out; chosen for the user if absent. */
  readonly custody?: Custody
  /** The same key gives the same intent: send again what got no answer. */
  readonly idempotencyKey?: string
  /** What "that" means in the words; the account's newest intent if absent. */
  readonly previousIntentId?: string
  /** For a standing order: what is done about runs that nobody could run. */
  readonly missedRuns?: MissedRuns
}

/** A reply to questions: values by slot, or free words. */
export type AnswerInput =
  | { readonly answers: Readonly<Record<string, JsonValue>> }
  | { readonly utterance: string }

/** A yes to exactly the plan shown. */
export type ApproveInput = {
  /** The hash of the plan that was shown. */
  readonly planHash: Hex
  /** Of the account, over the approval, where the account itself signs. */
  readonly signature?: Hex
  /** What the holder signed, where the server does not sign for the account. */
  readonly mandates?: readonly GivenMandate[]
}

const intentPageSchema = z.object({
  intents: z.array(intentRecordSchema),
  nextCursor: z.string().nullish(),
})
/** A page of intents, the newest first. */
export type IntentPage = {
  readonly intents: readonly IntentRecord[]
  readonly nextCursor?: string
}

const accountSchema = z.object({
  address: addressSchema,
  balances: z.array(
    z.object({
      symbol: z.string(),
      token: z.string(),
      units: z.string(),
      decimal: z.string(),
    }),
  ),
})
/** An account and what it holds. */
export type AccountBalances = z.output<typeof accountSchema>

const accountsSchema = z.object({
  chain: z.string(),
  chainId: z.int(),
  /** Whether the server signs policies of its own accounts when asked to. */
  signsPolicies: z.boolean().optional(),
  accounts: z.array(accountSchema),
  /** Whose signature a yes for which accounts needs; absent where nobody's. */
  secondPerson: z
    .object({
      approvers: z.array(addressSchema),
      accounts: z.array(addressSchema),
    })
    .optional(),
})
const paymentStatusSchema = z.object({
  isPaying: z.boolean(),
  token: z.object({ address: z.string(), symbol: z.string() }).optional(),
  payer: z.string().optional(),
  balance: z.string().optional(),
  perIntent: z.string(),
  perDay: z.string(),
  perAccountPerDay: z.string().optional(),
  spentToday: z.string(),
})
/** What a server pays agents for quotes: caps and what was spent, as decimals. */
export type PaymentStatus = z.output<typeof paymentStatusSchema>

const chatSchema = z.object({
  id: z.string(),
  account: z.string().nullish(),
  linkedAt: z.string().nullish(),
  shownAt: z.string().nullish(),
})
/** A chat elsewhere; `account` while it may speak for one. */
export type Chat = z.output<typeof chatSchema>

/** The accounts that a server signs for, and what they hold. */
export type Accounts = z.output<typeof accountsSchema>

/** Everything that the intent API answers; see {@link createIntentClient}. */
export type IntentClient = StandingCalls & {
  /** Signing in, where the server wants to know who asks. */
  readonly sessions: SessionCalls
  /** Reads a sentence and starts nothing. */
  readonly parse: (
    input: ParseInput,
    options?: CallOptions,
  ) => Promise<ParseResult>
  /** Says what is wanted. It goes on by itself until it needs the user. */
  readonly create: (
    input: CreateIntentInput,
    options?: CallOptions,
  ) => Promise<IntentRecord>
  readonly get: (id: string, options?: CallOptions) => Promise<IntentRecord>
  readonly list: (
    input?: {
      readonly limit?: number
      readonly cursor?: string
      readonly account?: Address
    },
    options?: CallOptions,
  ) => Promise<IntentPage>
  /** Follows an intent to its end, across broken connections. */
  readonly events: (
    id: string,
    options?: FollowOptions,
  ) => AsyncGenerator<IntentEvent, void, void>
  readonly answer: (
    id: string,
    input: AnswerInput,
    options?: CallOptions,
  ) => Promise<IntentRecord>
  /** What a second person signs to approve exactly what is shown, and who may. */
  readonly getApproval: (
    id: string,
    call?: CallOptions,
  ) => Promise<ApproverSigning>
  /** What the holder of the account signs for the plan that waits. */
  readonly getMandates: (
    id: string,
    call?: CallOptions,
  ) => Promise<MandateSigning>
  /** What the account's own wallet has sent and has yet to send, in order. */
  readonly getTransactions: (
    id: string,
    call?: CallOptions,
  ) => Promise<readonly HolderTransaction[]>
  /**
   * Says that the wallet is about to be asked, or what it answered. See
   * `sendPlanned`, which does this in the right order.
   */
  readonly reportTransaction: (
    id: string,
    report: HolderReport,
    call?: CallOptions,
  ) => Promise<HolderTransaction>
  /** Says yes to exactly the plan with this hash. */
  readonly approve: (
    id: string,
    input: ApproveInput,
    options?: CallOptions,
  ) => Promise<IntentRecord>
  /** Says no to the plan with this hash. */
  readonly reject: (
    id: string,
    input: { readonly planHash: Hex },
    options?: CallOptions,
  ) => Promise<IntentRecord>
  /** Ends an intent that was not approved. */
  readonly cancel: (id: string, options?: CallOptions) => Promise<IntentRecord>
  readonly receipt: (id: string, options?: CallOptions) => Promise<Receipt>
  readonly accounts: (options?: CallOptions) => Promise<Accounts>
  /** What agents may be paid for quotes here, and what they were today. */
  readonly payments: (options?: CallOptions) => Promise<PaymentStatus>
  /** What any account holds. */
  readonly account: (
    address: Address,
    options?: CallOptions,
  ) => Promise<AccountBalances>
  /** Which chats of other platforms may speak for an account. */
  readonly chats: {
    readonly get: (id: string, options?: CallOptions) => Promise<Chat>
    readonly list: (
      platform: string,
      options?: CallOptions,
    ) => Promise<readonly Chat[]>
    /** Lets a chat speak for the account that signed; see `toChatLinkMessage`. */
    readonly link: (
      input: {
        readonly id: string
        readonly account: Address
        readonly issuedAt: string
        readonly signature: Hex
      },
      options?: CallOptions,
    ) => Promise<Chat>
    readonly unlink: (id: string, options?: CallOptions) => Promise<Chat>
    /** Remembers up to when the ends of intents were shown in a chat. */
    readonly markShown: (
      id: string,
      shownAt: string,
      options?: CallOptions,
    ) => Promise<Chat>
  }
}

/**
 * Creates a client of the intent API. Works in browsers and in Node.
 *
 * Every answer is read with the schema of the contract; amounts arrive as
 * `bigint`. Every call throws `ApiProblemError` when the API says no,
 * `ApiUnreachableError` when it does not answer, `ApiAnswerMalformedError` when
 * the answer is not what was promised, and the reason of `signal` when the
 * caller ends it.
 *
 * @param options.baseUrl - Such as `http://127.0.0.1:4000`.
 * @param options.fetch - The platform's when absent.
 * @param options.headers - Sent with each request.
 * @param options.timeoutMs - How long one answer may take; 30 s when absent.
 * @returns The client; it holds no connection.
 */
export function createIntentClient(options: ClientOptions): IntentClient {
  const http = createHttp(options)
  const pathOf = (id: string, rest = '') =>
    `/v1/intents/${encodeURIComponent(id)}${rest}`
  const chatPath = (id: string, rest = '') =>
    `/v1/chats/${encodeURIComponent(id)}${rest}`
  const decide = (
    id: string,
    body: Readonly<Record<string, unknown>>,
    call?: CallOptions,
  ) =>
    http.ask(
      { method: 'POST', path: pathOf(id, '/approval'), body, ...call },
      intentRecordSchema,
    )

  return {
    ...buildStandingCalls(http),
    sessions: buildSessionCalls(http),
    parse: ({ utterance, context }, call) =>
      http.ask(
        {
          method: 'POST',
          path: '/v1/parse',
          body: { utterance, context },
          ...call,
        },
        parseResultSchema,
      ),
    create: (
      {
        utterance,
        account,
        context,
        idempotencyKey,
        previousIntentId,
        custody,
        missedRuns,
      },
      call,
    ) =>
      http.ask(
        {
          method: 'POST',
          path: '/v1/intents',
          body: {
            utterance,
            account,
            context,
            previousIntentId,
            custody,
            missedRuns,
          },
          ...(idempotencyKey === undefined
            ? {}
            : { headers: { 'Idempotency-Key': idempotencyKey } }),
          ...call,
        },
        intentRecordSchema,
      ),
    get: (id, call) =>
      http.ask(
        { method: 'GET', path: pathOf(id), ...call },
        intentRecordSchema,
      ),
    list: async (input, call) => {
      const { intents, nextCursor } = await http.ask(
        { method: 'GET', path: '/v1/intents', query: { ...input }, ...call },
        intentPageSchema,
      )
      return { intents, ...(nextCursor == null ? {} : { nextCursor }) }
    },
    events: (id, follow) =>
      followEvents(http, pathOf(id, '/events'), follow ?? {}),
    answer: (id, input, call) =>
      http.ask(
        { method: 'POST', path: pathOf(id, '/answers'), body: input, ...call },
        intentRecordSchema,
      ),
    approve: (id, { planHash, signature, mandates }, call) =>
      decide(
        id,
        {
          planHash,
          decision: 'approve',
          signature,
          mandates: mandates?.map((one) => z.encode(givenMandateSchema, one)),
        },
        call,
      ),
    getApproval: (id, call) =>
      http.ask(
        { method: 'GET', path: pathOf(id, '/approval'), ...call },
        approverSigningSchema,
      ),
    getMandates: (id, call) =>
      http.ask(
        { method: 'GET', path: pathOf(id, '/mandates'), ...call },
        mandateSigningSchema,
      ),
    getTransactions: async (id, call) => {
      const { transactions } = await http.ask(
        { method: 'GET', path: pathOf(id, '/transactions'), ...call },
        z.object({ transactions: z.array(holderTransactionSchema) }),
      )
      return transactions
    },
    reportTransaction: (id, report, call) =>
      http.ask(
        {
          method: 'POST',
          path: pathOf(id, '/transactions'),
          body: z.encode(holderReportSchema, report),
          ...call,
        },
        holderTransactionSchema,
      ),
    reject: (id, { planHash }, call) =>
      decide(id, { planHash, decision: 'reject' }, call),
    cancel: (id, call) =>
      http.ask(
        { method: 'POST', path: pathOf(id, '/cancel'), ...call },
        intentRecordSchema,
      ),
    receipt: (id, call) =>
      http.ask(
        { method: 'GET', path: pathOf(id, '/receipt'), ...call },
        receiptSchema,
      ),
    account: (address, call) =>
      http.ask(
        { method: 'GET', path: `/v1/accounts/${address}`, ...call },
        accountSchema,
      ),
    payments: (call) =>
      http.ask(
        { method: 'GET', path: '/v1/payments', ...call },
        paymentStatusSchema,
      ),
    accounts: (call) =>
      http.ask(
        { method: 'GET', path: '/v1/accounts', ...call },
        accountsSchema,
      ),
    chats: {
      get: (id, call) =>
        http.ask({ method: 'GET', path: chatPath(id), ...call }, chatSchema),
      list: async (platform, call) => {
        const { chats } = await http.ask(
          { method: 'GET', path: '/v1/chats', query: { platform }, ...call },
          z.object({ chats: z.array(chatSchema) }),
        )
        return chats
      },
      link: (body, call) =>
        http.ask(
          { method: 'POST', path: '/v1/chats', body, ...call },
          chatSchema,
        ),
      unlink: (id, call) =>
        http.ask({ method: 'DELETE', path: chatPath(id), ...call }, chatSchema),
      markShown: (id, shownAt, call) =>
        http.ask(
          {
            method: 'PUT',
            path: chatPath(id, '/shown'),
            body: { shownAt },
            ...call,
          },
          chatSchema,
        ),
    },
  }
}
