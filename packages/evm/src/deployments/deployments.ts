// One file because it is one table: public addresses, a chain a block, the
// source named beside each group.
//
// Sources:
// [uniswap] docs.uniswap.org: contracts/v3/reference/deployments (V3, Universal
//   Router, Permit2, wrapped native), contracts/v2/reference/smart-contracts/
//   v2-deployments (V2), contracts/v4/deployments (newest Universal Router)
// [aave] github.com/bgd-labs/aave-address-book, src/ts/AaveV3<Chain>.ts
// [morpho] npm @morpho-org/morpho-ts 1.x, addresses.ts; a market's id is proved by
//   its own hash in the tests
// [multicall3] multicall3.com/deployments
// [delegation] npm @metamask/smart-accounts-kit 2.0.0, which the tests compare
// [circle] developers.circle.com: USDC contract addresses
// [tokens] token lists of the chains' own bridges, same as in [aave]
import type { ChainDeployment } from './chainDeployment.js'

const permit2 = '0x000000000022D473030F116dDEE9F6B43aC78BA3'
const multicall3 = '0xcA11bde05977b3631167028862bE2a173976CA11'
const feeTiers = [100, 500, 3000, 10_000] as const
// [delegation] the same addresses on every chain, framework 1.3.0
const delegation = {
  delegationManager: '0xdb9B1e94B5b69Df7e401DDbedE43491141047dB3',
  implementation: '0x63c0c19a282a1B52b07dD5a65b58948A07DAE32B',
  enforcers: {
    exactExecutionBatch: '0x1e141e455d08721Dd5BCDA1BaA6Ea5633Afd5017',
    erc20BalanceChange: '0xcdF6aB796408598Cea671d79506d7D48E97a5437',
    nativeBalanceChange: '0xbD7B277507723490Cd50b12EaaFe87C616be6880',
    timestamp: '0x1046bb45C8d673d4ea75321280DB34899413c069',
    redeemer: '0xE144b0b2618071B4E56f746313528a669c7E65c5',
    limitedCalls: '0x04658B29F6b82ed55274221a06Fc97D318E25416',
  },
} as const
// The enforcers of what may be taken in a period, of the same framework.
const periodEnforcers = {
  erc20PeriodTransfer: '0x474e3Ae7E169e940607cC624Da8A15Eb120139aB',
  erc20TransferAmount: '0xf100b0819427117EcF76Ed94B358B1A5b5C6D2Fc',
  nativeTokenPeriodTransfer: '0x9BC0FAf4Aca5AE429F4c06aEEaC517520CB16BD9',
  nativeTokenTransferAmount: '0xF71af580b9c3078fbc2BBF16FbB8EEd82b330320',
  allowedCalldata: '0xc2b0d624c1c4319760C96503BA27C347F3260f55',
  exactCalldata: '0x99F2e9bF15ce5eC84685604836F71aB835DBBdED',
  allowedTargets: '0x7F20f61b1f09b08D970938F6fa563634d65c4EeB',
  valueLte: '0x92Bf12322527cAA612fd31a0e810472BBB106A8F',
} as const
const eightySixPercent = 860_000_000_000_000_000n

const ethereum: ChainDeployment = {
  chainId: 1,
  name: 'ethereum',
  nativeToken: {
    symbol: 'ETH',
    address: 'native',
    decimals: 18,
    name: 'Ether',
    aliases: ['ether', 'ethereum'],
  },
  finalityDepth: 6,
  blockSeconds: 12,
  // [tokens]; USDC: [circle]
  tokens: [
    {
      symbol: 'WETH',
      address: '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2',
      decimals: 18,
      name: 'Wrapped Ether',
      aliases: ['wrapped eth', 'wrapped ether'],
    },
    {
      symbol: 'USDC',
      address: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
      decimals: 6,
      name: 'USD Coin',
      aliases: ['usd coin'],
    },
    {
      symbol: 'USDT',
      address: '0xdAC17F958D2ee523a2206206994597C13D831ec7',
      decimals: 6,
      name: 'Tether USD',
      aliases: ['tether'],
    },
    {
      symbol: 'DAI',
      address: '0x6B175474E89094C44Da98b954EedeAC495271d0F',
      decimals: 18,
      name: 'Dai Stablecoin',
      aliases: [],
    },
    {
      symbol: 'WBTC',
      address: '0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599',
      decimals: 8,
      name: 'Wrapped BTC',
      aliases: ['btc', 'bitcoin', 'wrapped bitcoin'],
    },
    {
      symbol: 'wstETH',
      address: '0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0',
      decimals: 18,
      name: 'Wrapped liquid staked Ether 2.0',
      aliases: [],
    },
  ],
  // [uniswap]
  wrappedNative: '0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2',
  uniswapV2: {
    factory: '0x5C69bEe701ef814a2B6a3EDD4B1652CB9cc5aA6f',
    router: '0x7a250d5630B4cF539739dF2C5dAcb4c659F2488D',
  },
  uniswapV3: {
    factory: '0x1F98431c8aD98523631AE4a59f267346ea31F984',
    swapRouter02: '0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45',
    quoterV2: '0x61fFE014bA17989E743c5F6cB21bF9697530B21e',
    feeTiers,
  },
  universalRouter: '0x66a9893cC07D91D95644AEDD05D03f95e1dBA8Af',
  permit2,
  delegation,
  periodEnforcers,
  // [multicall3]
  multicall3,
  // [aave]
  aaveV3: {
    pool: '0x87870Bca3F3fD6335C3F4ce8392D69350B4fA4E2',
    oracle: '0x54586bE62E3c3580375aE3723C145253060Ca0C2',
    dataProvider: '0x0a16f2FCC0D44FaE41cc54e079281D84A363bECD',
    wrappedTokenGateway: '0xd01607c3C5eCABa394D8be377a08590149325722',
    addressesProvider: '0x2f39d218133AFaB8F2B819B1066c7E434Ad94E9e',
  },
  // [morpho]
  morpho: {
    morpho: '0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb',
    markets: [
      {
        id: '0xb323495f7e4148be5643a4ea4a8221eef163e4bccfdedc2a6f4696baacbc86cc',
        loanToken: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
        collateralToken: '0x7f39C581F595B53c5cb19bD0b3f8dA6c935E2Ca0',
        oracle: '0x48F7E36EB6B826B2dF4B2E630B62Cd25e89E40e2',
        irm: '0x870aC11D48B15DB9a138Cf899d20F13F79Ba00BC',
        lltv: eightySixPercent,
      },
      {
        id: '0x3a85e619751152991742810df6ec69ce473daef99e28a64ab2340d7b7ccfee49',
        loanToken: '0xA0b86991c6218b36c1d19D4a2e9Eb0cE3606eB48',
        collateralToken: '0x2260FAC5E5542a773Aa44fBCfeDf7C193bc2C599',
        oracle: '0xDddd770BADd886dF3864029e4B377B5F6a2B6b83',
        irm: '0x870aC11D48B15DB9a138Cf899d20F13F79Ba00BC',
        lltv: eightySixPercent,
      },
    ],
  },
}

const base: ChainDeployment = {
  chainId: 8453,
  name: 'base',
  nativeToken: {
    symbol: 'ETH',
    address: 'native',
    decimals: 18,
    name: 'Ether',
    aliases: ['ether', 'ethereum'],
  },
  finalityDepth: 10,
  blockSeconds: 2,
  // [tokens]; USDC: [circle]
  tokens: [
    {
      symbol: 'WETH',
      address: '0x4200000000000000000000000000000000000006',
      decimals: 18,
      name: 'Wrapped Ether',
      aliases: ['wrapped eth', 'wrapped ether'],
    },
    {
      symbol: 'USDC',
      address: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
      decimals: 6,
      name: 'USD Coin',
      aliases: ['usd coin'],
    },
    {
      symbol: 'DAI',
      address: '0x50c5725949A6F0c72E6C4a641F24049A917DB0Cb',
      decimals: 18,
      name: 'Dai Stablecoin',
      aliases: [],
    },
    {
      symbol: 'cbBTC',
      address: '0xcbB7C0000aB88B473b1f5aFd9ef808440eed33Bf',
      decimals: 8,
      name: 'Coinbase Wrapped BTC',
      aliases: ['btc', 'bitcoin'],
    },
    {
      symbol: 'cbETH',
      address: '0x2Ae3F1Ec7F1F5012CFEab0185bfc7aa3cf0DEc22',
      decimals: 18,
      name: 'Coinbase Wrapped Staked ETH',
      aliases: [],
    },
  ],
  // [uniswap]
  wrappedNative: '0x4200000000000000000000000000000000000006',
  uniswapV2: {
    factory: '0x8909Dc15e40173Ff4699343b6eB8132c65e18eC6',
    router: '0x4752ba5DBc23f44D87826276BF6Fd6b1C372aD24',
  },
  uniswapV3: {
    factory: '0x33128a8fC17869897dcE68Ed026d694621f6FDfD',
    swapRouter02: '0x2626664c2603336E57B271c5C0b26F421741e481',
    quoterV2: '0x3d4e44Eb1374240CE5F1B871ab261CD16335B76a',
    feeTiers,
  },
  universalRouter: '0x6fF5693b99212Da76ad316178A184AB56D299b43',
  permit2,
  delegation,
  periodEnforcers,
  // [multicall3]
  multicall3,
  // [aave]
  aaveV3: {
    pool: '0xA238Dd80C259a72e81d7e4664a9801593F98d1c5',
    oracle: '0x2Cc0Fc26eD4563A5ce5e8bdcfe1A2878676Ae156',
    dataProvider: '0x0F43731EB8d45A581f4a36DD74F5f358bc90C73A',
    wrappedTokenGateway: '0xa0d9C1E9E48Ca30c8d8C3B5D69FF5dc1f6DFfC24',
    addressesProvider: '0xe20fCBdBfFC4Dd138cE8b2E6FBb6CB49777ad64D',
  },
  // [morpho]
  morpho: {
    morpho: '0xBBBBBbbBBb9cC5e90e3b3Af64bdAF62C37EEFFCb',
    markets: [
      {
        id: '0x9103c3b4e834476c9a62ea009ba2c884ee42e94e6e314a26f04d312434191836',
        loanToken: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
        collateralToken: '0xcbB7C0000aB88B473b1f5aFd9ef808440eed33Bf',
        oracle: '0x663BECd10daE6C4A3Dcd89F1d76c1174199639B9',
        irm: '0x46415998764C29aB2a25CbeA6254146D50D22687',
        lltv: eightySixPercent,
      },
      {
        id: '0x8793cf302b8ffd655ab97bd1c695dbd967807e8367a65cb2f4edaf1380ba1bda',
        loanToken: '0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913',
        collateralToken: '0x4200000000000000000000000000000000000006',
        oracle: '0xFEa2D58cEfCb9fcb597723c6bAE66fFE4193aFE4',
        irm: '0x46415998764C29aB2a25CbeA6254146D50D22687',
        lltv: eightySixPercent,
      },
    ],
  },
}

const arbitrum: ChainDeployment = {
  chainId: 42161,
  name: 'arbitrum',
  nativeToken: {
    symbol: 'ETH',
    address: 'native',
    decimals: 18,
    name: 'Ether',
    aliases: ['ether', 'ethereum'],
  },
  finalityDepth: 20,
  blockSeconds: 1,
  // [tokens]; USDC: [circle]
  tokens: [
    {
      symbol: 'WETH',
      address: '0x82aF49447D8a07e3bd95BD0d56f35241523fBab1',
      decimals: 18,
      name: 'Wrapped Ether',
      aliases: ['wrapped eth', 'wrapped ether'],
    },
    {
      symbol: 'USDC',
      address: '0xaf88d065e77c8cC2239327C5EDb3A432268e5831',
      decimals: 6,
      name: 'USD Coin',
      aliases: ['usd coin'],
    },
    {
      symbol: 'USDT',
      address: '0xFd086bC7CD5C481DCC9C85ebE478A1C0b69FCbb9',
      decimals: 6,
      name: 'Tether USD',
      aliases: ['tether', 'usdt0'],
    },
    {
      symbol: 'DAI',
      address: '0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1',
      decimals: 18,
      name: 'Dai Stablecoin',
      aliases: [],
    },
    {
      symbol: 'WBTC',
      address: '0x2f2a2543B76A4166549F7aaB2e75Bef0aefC5B0f',
      decimals: 8,
      name: 'Wrapped BTC',
      aliases: ['btc', 'bitcoin', 'wrapped bitcoin'],
    },
    {
      symbol: 'ARB',
      address: '0x912CE59144191C1204E64559FE8253a0e49E6548',
      decimals: 18,
      name: 'Arbitrum',
      aliases: ['arbitrum'],
    },
  ],
  // [uniswap]
  wrappedNative: '0x82aF49447D8a07e3bd95BD0d56f35241523fBab1',
  uniswapV2: {
    factory: '0xf1D7CC64Fb4452F05c498126312eBE29f30Fbcf9',
    router: '0x4752ba5DBc23f44D87826276BF6Fd6b1C372aD24',
  },
  uniswapV3: {
    factory: '0x1F98431c8aD98523631AE4a59f267346ea31F984',
    swapRouter02: '0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45',
    quoterV2: '0x61fFE014bA17989E743c5F6cB21bF9697530B21e',
    feeTiers,
  },
  universalRouter: '0xA51afAFe0263b40EdaEf0Df8781eA9aa03E381a3',
  permit2,
  delegation,
  periodEnforcers,
  // [multicall3]
  multicall3,
  // [aave]
  aaveV3: {
    pool: '0x794a61358D6845594F94dc1DB02A252b5b4814aD',
    oracle: '0xb56c2F0B653B2e0b10C9b928C8580Ac5Df02C7C7',
    dataProvider: '0x243Aa95cAC2a25651eda86e80bEe66114413c43b',
    wrappedTokenGateway: '0x5283BEcEd7ADF6D003225C13896E536f2D4264FF',
    addressesProvider: '0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb',
  },
  // [morpho]
  morpho: { morpho: '0x6c247b1F6182318877311737BaC0844bAa518F5e', markets: [] },
}

const optimism: ChainDeployment = {
  chainId: 10,
  name: 'optimism',
  nativeToken: {
    symbol: 'ETH',
    address: 'native',
    decimals: 18,
    name: 'Ether',
    aliases: ['ether', 'ethereum'],
  },
  finalityDepth: 10,
  blockSeconds: 2,
  // [tokens]; USDC: [circle]
  tokens: [
    {
      symbol: 'WETH',
      address: '0x4200000000000000000000000000000000000006',
      decimals: 18,
      name: 'Wrapped Ether',
      aliases: ['wrapped eth', 'wrapped ether'],
    },
    {
      symbol: 'USDC',
      address: '0x0b2C639c533813f4Aa9D7837CAf62653d097Ff85',
      decimals: 6,
      name: 'USD Coin',
      aliases: ['usd coin'],
    },
    {
      symbol: 'USDT',
      address: '0x94b008aA00579c1307B0EF2c499aD98a8ce58e58',
      decimals: 6,
      name: 'Tether USD',
      aliases: ['tether'],
    },
    {
      symbol: 'DAI',
      address: '0xDA10009cBd5D07dd0CeCc66161FC93D7c9000da1',
      decimals: 18,
      name: 'Dai Stablecoin',
      aliases: [],
    },
    {
      symbol: 'WBTC',
      address: '0x68f180fcCe6836688e9084f035309E29Bf0A2095',
      decimals: 8,
      name: 'Wrapped BTC',
      aliases: ['btc', 'bitcoin', 'wrapped bitcoin'],
    },
    {
      symbol: 'OP',
      address: '0x4200000000000000000000000000000000000042',
      decimals: 18,
      name: 'Optimism',
      aliases: ['optimism'],
    },
  ],
  // [uniswap]
  wrappedNative: '0x4200000000000000000000000000000000000006',
  uniswapV2: {
    factory: '0x0c3c1c532F1e39EdF36BE9Fe0bE1410313E074Bf',
    router: '0x4A7b5Da61326A6379179b40d00F57E5bbDC962c2',
  },
  uniswapV3: {
    factory: '0x1F98431c8aD98523631AE4a59f267346ea31F984',
    swapRouter02: '0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45',
    quoterV2: '0x61fFE014bA17989E743c5F6cB21bF9697530B21e',
    feeTiers,
  },
  universalRouter: '0x851116D9223fabED8E56C0E6b8Ad0c31d98B3507',
  permit2,
  delegation,
  periodEnforcers,
  // [multicall3]
  multicall3,
  // [aave]
  aaveV3: {
    pool: '0x794a61358D6845594F94dc1DB02A252b5b4814aD',
    oracle: '0xD81eb3728a631871a7eBBaD631b5f424909f0c77',
    dataProvider: '0x243Aa95cAC2a25651eda86e80bEe66114413c43b',
    wrappedTokenGateway: '0x5f2508cAE9923b02316254026CD43d7902866725',
    addressesProvider: '0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb',
  },
  // [morpho]
  morpho: { morpho: '0xce95AfbB8EA029495c66020883F87aaE8864AF92', markets: [] },
}

const polygon: ChainDeployment = {
  chainId: 137,
  name: 'polygon',
  nativeToken: {
    symbol: 'POL',
    address: 'native',
    decimals: 18,
    name: 'Polygon Ecosystem Token',
    aliases: ['matic', 'polygon'],
  },
  finalityDepth: 32,
  blockSeconds: 2,
  // [tokens]; USDC: [circle]
  tokens: [
    {
      symbol: 'WPOL',
      address: '0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270',
      decimals: 18,
      name: 'Wrapped POL',
      aliases: ['wmatic', 'wrapped pol'],
    },
    {
      symbol: 'WETH',
      address: '0x7ceB23fD6bC0adD59E62ac25578270cFf1b9f619',
      decimals: 18,
      name: 'Wrapped Ether',
      aliases: ['eth', 'ether', 'wrapped eth', 'wrapped ether'],
    },
    {
      symbol: 'USDC',
      address: '0x3c499c542cEF5E3811e1192ce70d8cC03d5c3359',
      decimals: 6,
      name: 'USD Coin',
      aliases: ['usd coin'],
    },
    {
      symbol: 'USDT',
      address: '0xc2132D05D31c914a87C6611C10748AEb04B58e8F',
      decimals: 6,
      name: 'Tether USD',
      aliases: ['tether', 'usdt0'],
    },
    {
      symbol: 'DAI',
      address: '0x8f3Cf7ad23Cd3CaDbD9735AFf958023239c6A063',
      decimals: 18,
      name: 'Dai Stablecoin',
      aliases: [],
    },
    {
      symbol: 'WBTC',
      address: '0x1BFD67037B42Cf73acF2047067bd4F2C47D9BfD6',
      decimals: 8,
      name: 'Wrapped BTC',
      aliases: ['btc', 'bitcoin', 'wrapped bitcoin'],
    },
  ],
  // [uniswap]
  wrappedNative: '0x0d500B1d8E8eF31E21C99d1Db9A6444d3ADf1270',
  uniswapV2: {
    factory: '0x9e5A52f57b3038F1B8EeE45F28b3C1967e22799C',
    router: '0xedf6066a2b290C185783862C7F4776A2C8077AD1',
  },
  uniswapV3: {
    factory: '0x1F98431c8aD98523631AE4a59f267346ea31F984',
    swapRouter02: '0x68b3465833fb72A70ecDF485E0e4C7bD8665Fc45',
    quoterV2: '0x61fFE014bA17989E743c5F6cB21bF9697530B21e',
    feeTiers,
  },
  universalRouter: '0x1095692A6237d83C6a72F3F5eFEdb9A670C49223',
  permit2,
  delegation,
  periodEnforcers,
  // [multicall3]
  multicall3,
  // [aave]
  aaveV3: {
    pool: '0x794a61358D6845594F94dc1DB02A252b5b4814aD',
    oracle: '0xb023e699F5a33916Ea823A16485e259257cA8Bd1',
    dataProvider: '0x243Aa95cAC2a25651eda86e80bEe66114413c43b',
    wrappedTokenGateway: '0xBC302053db3aA514A3c86B9221082f162B91ad63',
    addressesProvider: '0xa97684ead0e402dC232d5A977953DF7ECBaB3CDb',
  },
  // [morpho]
  morpho: { morpho: '0x1bF0c2541F820E775182832f06c0B7Fc27A25f67', markets: [] },
}

/**
 * The public chains that we know, by name.
 *
 * The local chain is not among them: its addresses belong to its snapshot, see
 * `toLocalDeployment`.
 */
export const deployments = {
  ethereum,
  base,
  arbitrum,
  optimism,
  polygon,
} as const satisfies Readonly<Record<string, ChainDeployment>>
