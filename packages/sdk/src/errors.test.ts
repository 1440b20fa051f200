import { BehestError } from '@behest/spec'
import { describe, expect, test } from 'vitest'
import * as sdk from './index.js'

const url = 'https://agent.example'
const agent = 'pay'
const agentId = 'pay-0a1b2c3d'
const cause = undefined

/** One of each class, with values such as it is thrown with. */
const errors: readonly BehestError[] = [
  new sdk.AgentDefinitionError({ agent, field: 'feeBps', reason: 'too big' }),
  new sdk.PositionUnknownError({ bps: 5_000 }),
  new sdk.AgentLimitExceededError({
    agent,
    limit: 'spenders',
    allowed: 'none',
    offered: '0xdd',
  }),
  new sdk.AgentQuoteMalformedError({ agent, field: 'calls.0.to', reason: 'x' }),
  new sdk.AgentFailedError({ agent }, cause),
  new sdk.AgentTooSlowError({ agent, timeoutMs: 50 }),
  new sdk.QuoteRequestMalformedError({ field: 'block', reason: 'x' }),
  new sdk.QuoteSignerMismatchError({ agent: '0xaa', signer: '0xbb' }),
  new sdk.QuoteMalformedError({ field: 'spend', reason: 'x' }),
  new sdk.QuoteRequestMismatchError({
    field: 'account',
    asked: '0xaa',
    answered: '0xbb',
  }),
  new sdk.QuoteExpiredError({
    quoteId: 'q_7',
    validUntilUnixSeconds: 1_760_000_060,
    nowUnixSeconds: 1_760_000_072,
  }),
  new sdk.QuoteSignatureInvalidError({ quoteId: 'q_7', agent: '0xaa' }),
  new sdk.AgentTimeoutError({ agentId, url, timeoutMs: 50 }),
  new sdk.AgentUnreachableError({ agentId, url, reason: 'its status is 503' }),
  new sdk.AgentAnswerMalformedError({ agentId, url, reason: 'it is no JSON' }),
  new sdk.FetchRefusedError({ url, reason: 'it holds credentials' }),
  new sdk.FetchTimeoutError({ url, timeoutMs: 50 }),
  new sdk.FetchTooLargeError({ url, maxBytes: 1_000 }),
  new sdk.FetchRedirectedError({ url }),
  new sdk.FetchFailedError({ url }, cause),
  new sdk.AgentCardInvalidError({ reason: 'it is no JSON' }),
  new sdk.AgentSignerMissingError({ agent }),
  new sdk.ReceiptRequestMalformedError({ field: 'quotes' }),
  new sdk.ReceiptNotMineError({ reason: 'no step of it names this agent' }),
  new sdk.ServerAddressUnusableError({ host: '127.0.0.1', port: 80 }, cause),
  new sdk.RegistryUnreachableError({ url }),
  new sdk.RegistryRefusedError({
    url,
    status: 409,
    reason: 'SEQUENCE_OLD',
    detail: 'Publish with a greater sequence.',
  }),
  new sdk.AgentFacilitatorMissingError({ agent }),
  new sdk.FacilitatorUnreachableError({ path: 'verify', reason: 'it is away' }),
  new sdk.PaymentRequiredError({
    units: 10_000n,
    symbol: 'USDC',
    payTo: '0xaa',
  }),
  new sdk.PaymentMalformedError({ header: 'payment-signature' }),
  new sdk.PaymentMismatchError({ field: 'amount', asked: '2', given: '1' }),
  new sdk.PaymentRefusedError({ reason: 'no balance' }),
  new sdk.PaymentUsedError({ state: 'used already' }),
  new sdk.PaymentUnsettledError({ reason: 'settlement_pending' }),
  new sdk.PaymentDemandError({ agentId, symbol: 'USDC', chainId: 31_337 }),
  new sdk.PaymentCapReachedError({
    agentId,
    symbol: 'USDC',
    units: 10_000n,
    cap: 'day',
    spentUnits: 95_000n,
    capUnits: 100_000n,
  }),
  new sdk.PaymentNotSignedError({ agentId, reason: 'The signer is away.' }),
  new sdk.PaymentNotMadeError({ agentId }),
  new sdk.HireLimitError({ limit: 'quotes', most: '4 agents for one request' }),
]

describe('errors', () => {
  test('every exported class is among them', () => {
    const classes = Object.values(sdk).filter(
      (value) =>
        typeof value === 'function' && value.prototype instanceof BehestError,
    )
    expect(new Set(errors.map((error) => error.constructor))).toEqual(
      new Set(classes),
    )
  })

  test('texts', () => {
    expect(
      errors.map(({ code, retry, shortMessage }) =>
        [code, retry, shortMessage].join(' | '),
      ),
    ).toMatchInlineSnapshot(`
      [
        "AGENT_DEFINITION_INVALID | never | The definition of agent "pay" is not valid at "feeBps": too big. Correct that field.",
        "POSITION_UNKNOWN | never | 5000 bps of an unknown position is no amount. Read the position first and pass it as positionUnits.",
        "AGENT_LIMIT_EXCEEDED | never | Agent "pay" offered 0xdd where its limit "spenders" allows none. The quote was not sent; correct the agent or its limits.",
        "AGENT_QUOTE_MALFORMED | never | What agent "pay" answered is no quote at "calls.0.to": x. The quote was not sent; correct the agent.",
        "AGENT_FAILED | new-quote | Agent "pay" failed to quote. Ask another agent; its author finds the reason in the cause.",
        "AGENT_TOO_SLOW | new-quote | Agent "pay" did not answer within 50 ms. Ask another agent, or give it more time.",
        "QUOTE_REQUEST_MALFORMED | never | The request is not valid at "block": x. Send a behest.quote-request of version 1.",
        "QUOTE_SIGNER_MISMATCH | never | The quote names agent 0xaa, but the key is that of 0xbb. Sign with the named agent's key.",
        "QUOTE_MALFORMED | new-quote | The answer is no valid quote at "spend": x. Ask another agent.",
        "QUOTE_REQUEST_MISMATCH | new-quote | The quote's account is 0xbb, but 0xaa was asked for. Ask another agent.",
        "QUOTE_EXPIRED | new-quote | Quote "q_7" expired 12 s ago. Collect a new quote, then plan again.",
        "QUOTE_SIGNATURE_INVALID | new-quote | Quote "q_7" is not signed by agent 0xaa. Ask another agent.",
        "AGENT_TIMEOUT | new-quote | Agent "pay-0a1b2c3d" did not answer within 50 ms. Go on with the other agents.",
        "AGENT_UNREACHABLE | new-quote | Agent "pay-0a1b2c3d" cannot be reached: its status is 503. Go on with the other agents.",
        "AGENT_ANSWER_MALFORMED | new-quote | The answer of agent "pay-0a1b2c3d" is refused: it is no JSON. Go on with the other agents.",
        "FETCH_REFUSED | never | https://agent.example is not asked: it holds credentials. Use an https address of a public host name.",
        "FETCH_TIMEOUT | same-input | https://agent.example did not answer completely within 50 ms. Ask again later.",
        "FETCH_TOO_LARGE | never | The answer of https://agent.example is longer than 1000 bytes. Ask another server, or for less.",
        "FETCH_REDIRECTED | never | https://agent.example answers with a redirect. Use the address that it leads to.",
        "FETCH_FAILED | same-input | https://agent.example cannot be reached. Check the address and ask again.",
        "AGENT_CARD_INVALID | never | The agent card is not valid: it is no JSON. Serve an A2A 1.0 card with the capability extension.",
        "AGENT_SIGNER_MISSING | never | There is no key for agent "pay". Pass one under its name in \`signer\`.",
        "RECEIPT_REQUEST_MALFORMED | never | The request to sign a receipt is not understood at "quotes". Send the receipt and the quotes that it names.",
        "RECEIPT_NOT_MINE | never | The agent does not sign this receipt: no step of it names this agent. Ask the agent that quoted.",
        "SERVER_ADDRESS_UNUSABLE | never | Cannot listen at 127.0.0.1:80. Choose another port, or stop what uses it.",
        "REGISTRY_UNREACHABLE | same-input | The registry at https://agent.example cannot be reached. Check the address; keepPublished tries again by itself.",
        "REGISTRY_REFUSED | never | The registry refused with 409 SEQUENCE_OLD. Publish with a greater sequence.",
        "AGENT_FACILITATOR_MISSING | never | Agent "pay" has a price, and nobody settles its payments. Pass \`facilitator: createFacilitatorClient({ url })\`, or leave out \`pricePerQuote\`.",
        "FACILITATOR_UNREACHABLE | same-input | The facilitator did not answer /verify: it is away. Send the same payment again in a moment; it cannot be taken twice.",
        "PAYMENT_REQUIRED | same-input | This call costs 10000 units of USDC. Sign one of the offers in the PAYMENT-REQUIRED header, and send it along as PAYMENT-SIGNATURE.",
        "PAYMENT_MALFORMED | never | The payment-signature header holds no payment of x402 version 2, scheme exact. Nothing was taken; send the base64 of its JSON.",
        "PAYMENT_MISMATCH | never | The payment's amount is 1; 2 was asked. Nothing was taken; sign the offer as it stands.",
        "PAYMENT_REFUSED | never | The payment was refused: no balance. Nothing was answered; sign a new payment that can be taken.",
        "PAYMENT_USED | never | This payment is used already: one payment buys one answer. Nothing more was taken; sign a new one for another call.",
        "PAYMENT_UNSETTLED | same-input | The payment is not settled yet: settlement_pending. Send the same request with the same payment again; it is taken once.",
        "PAYMENT_DEMAND_UNUSABLE | new-quote | Agent "pay-0a1b2c3d" asks to be paid in a way that is not used here: only USDC on chain 31337, by x402 v2, scheme exact. Go on with the other agents.",
        "PAYMENT_CAP_REACHED | new-quote | Agent "pay-0a1b2c3d" asks 10000 units of USDC for a quote; 95000 of the 100000 allowed per day are spent. Nothing was paid; raise the cap, or go on with the other agents.",
        "PAYMENT_NOT_SIGNED | new-quote | The payment for agent "pay-0a1b2c3d" was not signed: The signer is away. Nothing was paid; go on with the other agents.",
        "PAYMENT_NOT_MADE | new-quote | Agent "pay-0a1b2c3d" gives quotes for a payment only, and none is made here. Set BEHEST_PAY_PER_INTENT and BEHEST_PAY_PER_DAY, or go on with the other agents.",
        "HIRE_LIMIT_REACHED | never | No other agent is asked: the limit of quotes is 4 agents for one request. Answer with what is there, or decline.",
      ]
    `)
  })
})
