import type { SignerClient } from '@behest/signer'
import { BehestError } from '@behest/spec'

/** The signer as a process asks it that may leave, and the way to leave. */
export type EndableSigner = {
  readonly signer: SignerClient
  /** From now on nothing is asked to be signed, whoever of this process asks. */
  readonly end: () => void
}

/**
 * Puts a door before the signer that a process closes when it leaves. The outbox
 * has its own for its legs; mandates, orders, payments and receipts are signed from
 * elsewhere, by work that is still under way then.
 *
 * What is refused here fails nothing: it is signed by the next process.
 */
export function createEndableSigner(signer: SignerClient): EndableSigner {
  let isEnded = false
  const guard =
    <Given extends readonly unknown[], Answer>(
      what: string,
      sign: (...given: Given) => Promise<Answer>,
    ) =>
    async (...given: Given): Promise<Answer> => {
      if (isEnded) throw new ProcessLeavingError({ what })
      return sign(...given)
    }
  return {
    signer: {
      ...signer,
      signLeg: guard('a transaction', signer.signLeg),
      signMandate: guard('a mandate', signer.signMandate),
      signReceipt: guard('a receipt', signer.signReceipt),
      signPayment: guard('a payment', signer.signPayment),
      signOrder: guard('an order', signer.signOrder),
      signOrderMandate: guard(
        'the mandate of an order',
        signer.signOrderMandate,
      ),
      signOrderBatch: guard('the mandate of an order', signer.signOrderBatch),
      signPolicy: guard('a policy', signer.signPolicy),
    },
    end: () => {
      isEnded = true
    },
  }
}

/** Thrown when a process that is leaving would have something signed. */
export class ProcessLeavingError extends BehestError {
  readonly code = 'PROCESS_LEAVING'
  readonly stage = 'execution'
  readonly retry = 'same-input'

  constructor(facts: { readonly what: string }) {
    super(
      `This process is leaving and has ${facts.what} signed no more. It is taken up again by itself, by another process or the next one.`,
      { facts },
    )
  }
}
