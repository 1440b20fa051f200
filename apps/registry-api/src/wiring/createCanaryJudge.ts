import { checkQuote } from '@behest/engine'
import type { CanaryPort } from '@behest/registry'
import type { FindDeployment } from './createCanary.js'

/**
 * Creates the judge of canary quotes: the very rules by which an engine passes a
 * quote over, so that what is listed as "quotes as it should" is what would be taken.
 *
 * @param options.findDeployment - Which token stands for the coin on a chain.
 */
export function createCanaryJudge(options: {
  readonly findDeployment: FindDeployment
}): NonNullable<CanaryPort['findObjection']> {
  return async ({ quote, request, nowUnixSeconds }) => {
    const deployment = await options.findDeployment(request.chainId)
    if (deployment === undefined) return undefined
    const { wrappedNative } = deployment
    return (
      checkQuote({ quote, request, wrappedNative, nowUnixSeconds })?.why ??
      undefined
    )
  }
}
