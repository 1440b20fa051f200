import { describe, expect, test } from 'vitest'
import { isRight } from '../../evaluation/strangers.mjs'
import { parseUtterance } from '../parseUtterance.js'

const context = { now: '2026-03-04T10:00:00.000Z', timeZone: 'UTC' }

describe('objects, labels and counts of Japanese orders', () => {
  test.each([
    ['WETHを0.1買って。支払いはDAIで', 'swap :DAI 0.1:WETH'],
    [
      'レバレッジ2倍でLINKをショートしたい。証拠金は80USDC、GMXを使って',
      'short :LINK col=80:USDC via=gmx lev=2',
    ],
    [
      '300USDCをDAIにしたいけど、ガスが10gweiより安くなってからで',
      'swap 300:USDC :DAI when=gas::<:10:gwei',
    ],
    [
      'ガスが10gwei以下になってから300USDCをDAIにして',
      'swap 300:USDC :DAI when=gas::<=:10:gwei',
    ],
    ['100USDCを残して、残りのUSDCは全部ETHに替えて', 'swap ~100:USDC :ETH'],
    [
      'ken.eth、rika.eth、goro.ethの3人に5USDCずつ送金して',
      'transfer 5:USDC to=ken.eth + transfer 5:USDC to=rika.eth + transfer 5:USDC to=goro.eth',
    ],
    [
      'MorphoのUSDC2000をCompoundに移してほしい',
      'withdraw 2000:USDC via=morpho + supply >1:USDC via=compound',
    ],
    [
      'Morphoに預けている2000USDCをCompoundに移して',
      'withdraw 2000:USDC via=morpho + supply >1:USDC via=compound',
    ],
    ['Aaveに1ETHを追加で預けて', 'supply 1:ETH via=aave'],
    ['Aaveに追加で1ETH預けて', 'supply 1:ETH via=aave'],
    ['SparkのDAIって今何%つく?', 'ask yield :DAI via=spark'],
  ])('behavior: %s', (utterance, gold) => {
    const result = parseUtterance(utterance, context)
    expect(isRight([gold], result), JSON.stringify(result, null, 2)).toBe(true)
  })
})
