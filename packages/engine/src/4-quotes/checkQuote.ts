import {
  type Instruction,
  isSameAddress,
  type Quote,
  type QuoteRequest,
} from '@behest/spec'

/** Why a quote is not considered, before anything is simulated. */
export type QuoteObjection = { readonly code: string; readonly why: string }

/**
 * Holds a quote against the request: chain, account, expiry, and bounds that
 * stay inside the user's own numbers. Signature and shape were checked when the
 * answer was read.
 *
 * @param options.wrappedNative - An approval of it may stand for the coin.
 * @returns The first objection, or `null`.
 */
export function checkQuote(options: {
  readonly quote: Quote
  readonly request: QuoteRequest
  readonly wrappedNative: string
  readonly nowUnixSeconds: number
}): QuoteObjection | null {
  const { quote, request, nowUnixSeconds } = options
  const no = (code: string, why: string): QuoteObjection => ({ code, why })

  if (quote.requestId !== request.requestId)
    return no('QUOTE_REQUEST_MISMATCH', 'It answers another request.')
  if (
    quote.chainId !== request.chainId ||
    !isSameAddress(quote.account, request.account)
  )
    return no('QUOTE_REQUEST_MISMATCH', 'It is for another chain or account.')
  if (quote.validUntilUnixSeconds <= nowUnixSeconds)
    return no(
      'QUOTE_EXPIRED',
      `It expired ${nowUnixSeconds - quote.validUntilUnixSeconds} s ago.`,
    )
  if (request.instruction.action === 'ask')
    return quote.answer && quote.calls.length === 0
      ? null
      : no('QUOTE_NO_ANSWER', 'A question wants an answer and no calls.')
  if (quote.calls.length === 0 && quote.approvals.length === 0)
    return no('QUOTE_EMPTY', 'It has no calls.')
  return (
    checkApprovals(options) ?? checkBounds(quote, request.instruction, request)
  )
}

function checkApprovals(options: {
  readonly quote: Quote
  readonly wrappedNative: string
}): QuoteObjection | null {
  const { quote, wrappedNative } = options
  for (const approval of quote.approvals) {
    const spend = quote.spend.find(
      ({ token }) =>
        isSameAddress(token.address, approval.token) ||
        (token.address === 'native' &&
          isSameAddress(approval.token, wrappedNative)),
    )
    if (!spend || approval.units > spend.atMostUnits)
      return {
        code: 'APPROVAL_EXCEEDS_SPEND',
        why: `It asks to approve ${approval.units} units of ${approval.token} and spends at most ${spend?.atMostUnits ?? 0n}.`,
      }
  }
  return null
}

function checkBounds(
  quote: Quote,
  instruction: Instruction,
  request: QuoteRequest,
): QuoteObjection | null {
  const spendOf = (token: string): bigint =>
    quote.spend
      .filter((item) => isSameAddress(item.token.address, token))
      .reduce((sum, item) => sum + item.atMostUnits, 0n)
  const receiveOf = (token: string, account: string, least: boolean): bigint =>
    quote.receive
      .filter(
        (item) =>
          isSameAddress(item.token.address, token) &&
          isSameAddress(item.account, account),
      )
      .reduce(
        (sum, item) => sum + (least ? item.atLeastUnits : item.expectedUnits),
        0n,
      )
  const tooMuch = (symbol: string): QuoteObjection => ({
    code: 'SPENDS_TOO_MUCH',
    why: `It may spend more ${symbol} than was asked.`,
  })
  const tooLittle = (symbol: string): QuoteObjection => ({
    code: 'GIVES_TOO_LITTLE',
    why: `It promises less ${symbol} than was asked.`,
  })
  for (const { token } of quote.spend)
    if (!mayBeSpent(instruction, token.address))
      return {
        code: 'SPENDS_ANOTHER_TOKEN',
        why: `It wants to spend ${token.symbol}, which the request does not name.`,
      }
  switch (instruction.action) {
    case 'swap': {
      const { sell, buy, maxSlippageBps } = instruction
      const keep = BigInt(10_000 - maxSlippageBps)
      const least = receiveOf(buy.token.address, request.account, true)
      const expected = receiveOf(buy.token.address, request.account, false)
      const most = spendOf(sell.token.address)
      if (least <= 0n) return tooLittle(buy.token.symbol)
      if (sell.amount && sell.amount.type !== 'share') {
        const sold =
          sell.amount.type === 'output'
            ? max(sell.amount.units, sell.amount.expectedUnits)
            : sell.amount.units
        if (most > sold) return tooMuch(sell.token.symbol)
        if (least * 10_000n < expected * keep - 10_000n)
          return {
            code: 'SLIPPAGE_EXCEEDED',
            why: `Its least is more than ${maxSlippageBps} bps under what it expects.`,
          }
      }
      if (buy.amount?.type === 'exact' && least < buy.amount.units)
        return tooLittle(buy.token.symbol)
      return null
    }
    case 'transfer': {
      const { token, amount, to } = instruction
      const units = amount.type === 'share' ? 0n : amount.units
      const most =
        amount.type === 'output' ? max(units, amount.expectedUnits) : units
      if (spendOf(token.address) > most) return tooMuch(token.symbol)
      if (receiveOf(token.address, to, true) < units)
        return tooLittle(token.symbol)
      return null
    }
    case 'supply': {
      const { token, amount } = instruction
      const most =
        amount.type === 'share'
          ? 0n
          : amount.type === 'output'
            ? max(amount.units, amount.expectedUnits)
            : amount.units
      return spendOf(token.address) > most ? tooMuch(token.symbol) : null
    }
    case 'borrow': {
      const { token, amount } = instruction
      if (
        amount.type === 'exact' &&
        receiveOf(token.address, request.account, true) < amount.units
      )
        return tooLittle(token.symbol)
      const { collateral } = instruction
      if (
        collateral?.amount.type === 'exact' &&
        spendOf(collateral.token.address) > collateral.amount.units
      )
        return tooMuch(collateral.token.symbol)
      return null
    }
    case 'repay': {
      const { token, amount } = instruction
      return amount.type === 'exact' && spendOf(token.address) > amount.units
        ? tooMuch(token.symbol)
        : null
    }
    case 'withdraw': {
      const { token, amount } = instruction
      if (
        token &&
        amount.type === 'exact' &&
        receiveOf(token.address, request.account, true) < amount.units
      )
        return tooLittle(token.symbol)
      return null
    }
    case 'approve':
    case 'revoke':
    case 'ask':
      return null
    default:
      return instruction satisfies never
  }
}

/** Withdrawals spend the venue's own receipt tokens, known by no request. */
function mayBeSpent(instruction: Instruction, token: string): boolean {
  switch (instruction.action) {
    case 'swap':
      return isSameAddress(token, instruction.sell.token.address)
    case 'transfer':
    case 'supply':
    case 'repay':
      return isSameAddress(token, instruction.token.address)
    case 'borrow':
      return (
        instruction.collateral !== undefined &&
        isSameAddress(token, instruction.collateral.token.address)
      )
    case 'withdraw':
      return true
    case 'approve':
    case 'revoke':
    case 'ask':
      return false
    default:
      return instruction satisfies never
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
