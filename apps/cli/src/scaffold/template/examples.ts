const friend = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

/**
 * Requests in people's words. Nothing lifts an agent in search as much as ten
 * good ones: write what people say, not what the agent is called.
 */
export const examples = [
  `send 0.1 ETH to ${friend}`,
  `transfer 2 ETH to ${friend}`,
  `pay ${friend} 0.5 ETH`,
  `send half of my ETH to ${friend}`,
  `send everything I have in ETH to ${friend}`,
  `give ${friend} 0.01 ether`,
  `please move 1.5 ETH over to ${friend}`,
  `I owe ${friend} 0.25 ETH, send it`,
  `tip ${friend} 0.002 ETH`,
  `${friend} に 0.1 ETH を送って`,
]
