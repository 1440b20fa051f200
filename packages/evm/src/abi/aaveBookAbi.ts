import { parseAbi } from 'viem'

/** What Aave's own tokens book: `value` has the interest since last time in it. */
export const aaveBookAbi = parseAbi([
  'event Mint(address indexed caller, address indexed onBehalfOf, uint256 value, uint256 balanceIncrease, uint256 index)',
  'event Burn(address indexed from, address indexed target, uint256 value, uint256 balanceIncrease, uint256 index)',
])
