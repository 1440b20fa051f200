import type { AgentPayment } from '@behest/spec'
import type { EnginePorts } from '../ports.js'

/** Reads what agents were paid for quotes of an intent, as an artifact tells it. */
export async function readPayments(
  { readPayments: read }: Pick<EnginePorts, 'readPayments'>,
  intentId: string,
): Promise<{ readonly payments?: AgentPayment[] }> {
  const payments = (await read?.(intentId)) ?? []
  return payments.length === 0 ? {} : { payments: [...payments] }
}
