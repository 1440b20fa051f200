import {
  type PaymentPayload,
  type PaymentRequired,
  paymentPayloadSchema,
  paymentRequiredSchema,
  type SettleResponse,
  settleResponseSchema,
} from '@behest/spec'
import * as z from 'zod'
import { measureJsonDepth } from '../serve/measureJsonDepth.js'

// Node itself reads at most 16 KiB of headers.
const maxHeaderLength = 12_000
const maxHeaderDepth = 16

/** Writes a value as x402 puts it into a header: base64 of its JSON. */
export function encodeHeader(value: unknown): string {
  return Buffer.from(JSON.stringify(value), 'utf8').toString('base64')
}

/** Writes a signed payment as its header. */
export function encodePayment(payment: PaymentPayload): string {
  return encodeHeader(z.encode(paymentPayloadSchema, payment))
}

/** Reads a `PAYMENT-SIGNATURE` header; `null` where it holds no payment of ours. */
export function parsePayment(header: string): PaymentPayload | null {
  return paymentPayloadSchema.safeParse(decodeHeader(header)).data ?? null
}

/** Reads a `PAYMENT-REQUIRED` header; `null` where it holds no demand. */
export function parseDemand(header: string): PaymentRequired | null {
  return paymentRequiredSchema.safeParse(decodeHeader(header)).data ?? null
}

/** Reads a `PAYMENT-RESPONSE` header; `null` where it holds none. */
export function parseSettlement(header: string): SettleResponse | null {
  return settleResponseSchema.safeParse(decodeHeader(header)).data ?? null
}

function decodeHeader(header: string): unknown {
  if (header.length > maxHeaderLength) return undefined
  const bytes = Buffer.from(header, 'base64')
  if (measureJsonDepth(bytes) > maxHeaderDepth) return undefined
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined // the schema says what is missing
  }
}
