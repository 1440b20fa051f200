/** What a transaction pays at most, in wei per gas. */
export type Fees = {
  readonly maxFeePerGasWei: bigint
  readonly maxPriorityFeePerGasWei: bigint
}

/**
 * Gives the fees of a first attempt: twice the base fee and the tip, but low
 * enough that a later cancellation can outbid it below the cap.
 *
 * @param options.baseFeePerGasWei - Of the newest block.
 * @param options.tipWei - For the block's producer, in wei per gas.
 * @param options.capWei - The most that was approved, in wei per gas.
 * @returns The fees, or nothing while the base fee is above the cap: then wait.
 */
export function getFirstFees(options: {
  readonly baseFeePerGasWei: bigint
  readonly tipWei: bigint
  readonly capWei: bigint
}): Fees | undefined {
  const { baseFeePerGasWei, tipWei, capWei } = options
  if (baseFeePerGasWei > capWei) return undefined
  const roomy = toSendCap(capWei)
  const ceiling = roomy >= baseFeePerGasWei ? roomy : capWei
  const maxFeePerGasWei = min(2n * baseFeePerGasWei + tipWei, ceiling)
  return {
    maxFeePerGasWei,
    maxPriorityFeePerGasWei: min(tipWei, maxFeePerGasWei),
  }
}

/**
 * Gives the fees of a replacement: both raised by an eighth at least, which is
 * more than the tenth that nodes demand, and never above the cap.
 *
 * @param options.previous - The highest fees offered so far.
 * @param options.purpose - A cancellation may use the last eighth below the cap.
 * @returns The fees, or nothing when no replacement fits below the cap.
 */
export function getReplacementFees(options: {
  readonly previous: Fees
  readonly baseFeePerGasWei: bigint
  readonly tipWei: bigint
  readonly capWei: bigint
  readonly purpose: 'bump' | 'cancel'
}): Fees | undefined {
  const { previous, baseFeePerGasWei, tipWei, capWei } = options
  const ceiling = options.purpose === 'cancel' ? capWei : toSendCap(capWei)
  const leastMax = raise(previous.maxFeePerGasWei)
  const leastTip = raise(previous.maxPriorityFeePerGasWei)
  if (leastMax > ceiling || leastTip > ceiling) return undefined
  const maxFeePerGasWei = min(
    max(2n * baseFeePerGasWei + tipWei, leastMax),
    ceiling,
  )
  return {
    maxFeePerGasWei,
    maxPriorityFeePerGasWei: min(max(tipWei, leastTip), maxFeePerGasWei),
  }
}

/** The most that leaves a cancellation its eighth. */
function toSendCap(capWei: bigint): bigint {
  return (capWei * 8n) / 9n
}

function raise(feeWei: bigint): bigint {
  return (feeWei * 9n + 7n) / 8n
}

function min(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b
}
