// One file because it is one stack: starting it takes longer than every test.

import { rmSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import { readAddresses } from '@behest/devnet'
import { toLocalDeployment } from '@behest/evm'
import type { Hex, MandateSigning } from '@behest/spec'
import type { Browser, Locator, Page } from 'playwright-core'
import { createWalletClient, http } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readStackConfig } from './stackConfig.js'
import { type Stack, startStack } from './startStack.js'
import { takePlace } from './takePlace.js'
import { expectAccessible } from './testing/expectAccessible.js'
import { launchChromium } from './testing/launchChromium.js'
import { addWallet } from './testing/scriptedWallet.js'

const maxFirstLoadBytes = 250_000
const recipient = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'

let stack: Stack
let browser: Browser
let folder: string
let site: Site // may frame the page
let stranger: Site // may not
const pageErrors: string[] = []

beforeAll(async () => {
  const place = await takePlace('page')
  folder = place.folder
  site = await serveSite(
    `http://127.0.0.1:${place.environment.BEHEST_INTENT_PORT}`,
  )
  stranger = await serveSite(
    `http://127.0.0.1:${place.environment.BEHEST_INTENT_PORT}`,
  )
  // As an operator sets it: the processes of the stack read it.
  process.env.BEHEST_EMBED_ORIGINS = site.url
  stack = await startStack({
    config: readStackConfig(place.environment),
    onProgress: () => undefined,
  })
  browser = await launchChromium()
  await waitForAgents()
}, 240_000)

afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  delete process.env.BEHEST_EMBED_ORIGINS
  site?.stop()
  stranger?.stop()
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

async function openPage(
  options: {
    readonly width?: number
    readonly hash?: string
    readonly locale?: string
  } = {},
): Promise<Page> {
  const page = await browser.newPage({
    viewport: { width: options.width ?? 900, height: 900 },
    locale: options.locale ?? 'en-US',
  })
  page.setDefaultTimeout(60_000) // a busy machine is slow, not wrong
  watch(page)
  await page.goto(stack.config.intentUrl + (options.hash ?? ''))
  await page.locator('main[aria-busy=false]').waitFor()
  return page
}

/** Keeps what a page fails at, and what its policy for content forbids it. */
function watch(page: Page): void {
  page.on('pageerror', (error) => pageErrors.push(error.message))
  page.on('console', (message) => {
    if (/content security policy/i.test(message.text()))
      pageErrors.push(message.text())
  })
}

async function say(page: Page, utterance: string): Promise<Locator> {
  await page.getByLabel('What do you want?').fill(utterance)
  // By its own id: what was said before may come in later than this.
  const [response] = await Promise.all([
    page.waitForResponse(
      (one) =>
        one.request().method() === 'POST' &&
        new URL(one.url()).pathname === '/v1/intents',
    ),
    page.getByRole('button', { name: 'Say it' }).click(),
  ])
  const { id } = (await response.json()) as { id: string }
  const card = page.locator(`article[data-id="${id}"]`)
  await card.waitFor()
  return card
}

/** From a view without the talk: the card is known by its words. */
async function sayFrom(page: Page, utterance: string): Promise<Locator> {
  await page.getByLabel('What do you want?').fill(utterance)
  await page.getByRole('button', { name: 'Say it' }).click()
  const card = page.locator(`article[aria-label="${utterance}"]`)
  await card.waitFor()
  return card
}

const approveOf = (card: Locator) =>
  card.getByRole('button', { name: 'Approve exactly this' })

describe('the page', () => {
  test('behavior: it loads with less than it may', async () => {
    const page = await openPage()
    const sizes = new Map<string, Promise<number>>()
    page.on('response', (response) => {
      // Everything but answers of the APIs: fonts and pictures count too.
      if (['fetch', 'xhr'].includes(response.request().resourceType())) return
      const { protocol, pathname } = new URL(response.url())
      if (protocol.startsWith('http'))
        sizes.set(
          pathname,
          response.body().then((body) => gzipSync(body).byteLength),
        )
    })
    const measure = async () =>
      (await Promise.all(sizes.values())).reduce((sum, size) => sum + size, 0)
    await page.reload({ waitUntil: 'networkidle' })
    await page.getByText('Say what you want', { exact: true }).waitFor()
    const named = await page.evaluate(() =>
      [...document.querySelectorAll('script[src], link[href]')]
        .map(
          (node) =>
            new URL(
              node.getAttribute('src') ?? node.getAttribute('href') ?? '',
              location.href,
            ),
        )
        .filter(({ protocol }) => protocol !== 'data:')
        .map(({ pathname }) => pathname),
    )
    expect(named.length).toBeGreaterThan(1)
    expect([...sizes.keys()]).toEqual(expect.arrayContaining(['/', ...named]))
    // It is sent as small as it is counted here.
    for (const path of named.filter((name) => /\.(?:js|css)$/.test(name))) {
      const { headers } = await fetch(new URL(path, page.url()), {
        headers: { 'accept-encoding': 'gzip' },
      })
      expect([path, headers.get('content-encoding')]).toEqual([path, 'gzip'])
    }
    const firstLoad = await measure()
    expect(firstLoad).toBeGreaterThan(50_000)
    expect(firstLoad).toBeLessThan(maxFirstLoadBytes)
    await expectAccessible(page, 'welcome')
    // Nor does it take more to see what one would agree to, picture and all.
    const card = await say(page, 'swap 0.4 ETH for USDC')
    await card.locator('.flow svg').waitFor()
    const withPicture = await measure()
    expect(withPicture).toBeGreaterThan(firstLoad)
    expect(withPicture).toBeLessThan(maxFirstLoadBytes)
    await card.getByRole('button', { name: 'Reject' }).click()
    await card.getByText('You said no. Nothing was sent.').waitFor()
    await page.close()
  }, 180_000)

  test('behavior: a sentence becomes a preview, a yes, and a receipt', async () => {
    const page = await openPage()
    const card = await say(page, 'swap 0.5 ETH for USDC')
    await approveOf(card).waitFor()
    const preview = await card.locator('.preview').innerText()
    expect(preview).toMatch(/You give\s+at most 0\.5 ETH/)
    expect(preview).toMatch(/You get\s+at least 1\d{3}\.\d+ USDC/)
    expect(preview).toMatch(/Good for [12]:\d\d/)
    const picture = card.locator('.flow svg[role=img]')
    await picture.waitFor()
    expect(await picture.getAttribute('aria-label')).toMatch(
      /ETH → USDC, uniswap/,
    )
    await card.getByText('Every call, from its bytes').click()
    expect(await card.locator('.calls').first().innerText()).toMatch(
      /Router|0x/,
    )
    await card.getByText('Why this one').click()
    expect(await card.locator('table').innerText()).toContain('chosen')
    await expectAccessible(page, 'preview')
    await approveOf(card).click()
    const receipt = card.locator('.receipt')
    await receipt.waitFor()
    expect(await receipt.innerText()).toContain('Promise met')
    const row = receipt.locator('tr', { hasText: 'at most' })
    expect(await row.locator('td').nth(1).innerText()).toBe('-0.5')
    await receipt.getByText('Transactions, gas and signatures').click()
    expect(
      await receipt.locator('.calls code').first().getAttribute('title'),
    ).toMatch(/^0x[0-9a-f]{64}$/)
    await receipt.getByRole('button', { name: /^Copy Transactions/ }).click()
    await page.locator('.notice', { hasText: 'Copied' }).waitFor()
    await expectAccessible(page, 'receipt')
    await card.getByText('What happened, step by step').click()
    await card.getByText('The plan was approved.').waitFor()
    await card.getByRole('button', { name: 'Do it again' }).click()
    await approveOf(page.locator('article').last()).waitFor()
    await page.close()
  }, 180_000)

  test('behavior: a loan: what is lent, and what is borrowed against it', async () => {
    const page = await openPage()
    for (const sentence of [
      'lend 100 USDC on Aave',
      'borrow 50 DAI against 1 ETH on Aave',
    ]) {
      const card = await say(page, sentence)
      await approveOf(card).click()
      await card
        .locator('.receipt .outcome', { hasText: 'Promise met' })
        .waitFor()
    }
    const last = page.locator('article').last()
    expect(await last.locator('.receipt').innerText()).toMatch(
      /Borrowed\s+50(?:\.0+\d*)? DAI/,
    )
    await page.close()
  }, 180_000)

  test('behavior: two steps are one picture, whose texts lie apart', async () => {
    for (const width of [360, 900]) {
      const page = await openPage({ width })
      const card = await say(
        page,
        'swap half my ETH to USDC and lend it on Aave',
      )
      await approveOf(card).waitFor()
      await card.locator('.flow text').first().waitFor()
      const boxes = await card
        .locator('.flow text')
        .evaluateAll((texts) =>
          texts.map((text) => text.getBoundingClientRect().toJSON()),
        )
      expect(boxes.length).toBeGreaterThan(6)
      for (const [index, box] of boxes.entries())
        for (const other of boxes.slice(index + 1))
          expect(
            box.left < other.right - 1 &&
              other.left < box.right - 1 &&
              box.top < other.bottom - 3 &&
              other.top < box.bottom - 3,
          ).toBe(false)
      expect(await card.locator('.flow').innerText()).toMatch(/% a year/)
      expect(await sideScroll(page)).toBeLessThanOrEqual(0)
      await expectClickable(approveOf(card))
      await page.close()
    }
  }, 180_000)

  test('behavior: it works with the keyboard alone, on 360 pixels', async () => {
    const page = await openPage({ width: 360 })
    await page.getByLabel('What do you want?').focus()
    await page.keyboard.type(`send 1 USDC to ${recipient}`)
    const before = await page.locator('article').count()
    await page.keyboard.press('Enter')
    const card = page.locator('article').nth(before)
    const reject = card.getByRole('button', { name: 'Reject' })
    await reject.waitFor()
    expect(await card.locator('.others').innerText()).toContain(recipient)
    expect(await sideScroll(page)).toBeLessThanOrEqual(0)
    await expectClickable(reject)
    // From the field backwards: whatever is open is reached with Tab alone.
    for (let steps = 0; steps < 12; steps += 1) {
      await page.keyboard.press('Shift+Tab')
      if (await reject.evaluate((node) => node === document.activeElement))
        break
    }
    await page.keyboard.press('Enter')
    await card.getByText('You said no. Nothing was sent.').waitFor()
    expect(
      await card.evaluate((node) => node.contains(document.activeElement)),
    ).toBe(true)
    await page.close()
  }, 180_000)

  test('behavior: a swap and a loan with the keyboard alone, on 360 pixels', async () => {
    const page = await openPage({ width: 360 })
    const field = page.getByLabel('What do you want?')
    // The first stop of all leads past everything else.
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    expect(
      await field.evaluate((node) => node === document.activeElement),
    ).toBe(true)
    for (const { sentence, promised, answer } of [
      {
        sentence: 'swap DAI for USDC',
        promised: /You give\s+at most 2\d{3}(?:\.\d+)? DAI/,
        // An option, reached and pressed like any button.
        answer: async (question: Locator) => {
          const option = question.getByRole('button', { name: /^A quarter/ })
          await tabTo(page, option, 'Shift+Tab')
          await page.keyboard.press('Enter')
        },
      },
      {
        sentence: 'borrow DAI against 1 ETH on Aave',
        promised: /You get\s+at least 50 DAI/,
        answer: async (question: Locator) => {
          await tabTo(page, question.getByRole('textbox'), 'Shift+Tab')
          await page.keyboard.type('50')
          await page.keyboard.press('Enter')
        },
      },
    ]) {
      await tabTo(page, field)
      await page.keyboard.type(sentence)
      await page.keyboard.press('Enter')
      const card = page.locator(`article[aria-label="${sentence}"]`)
      const question = card.locator('.question')
      await question.waitFor()
      expect(await sideScroll(page)).toBeLessThanOrEqual(0)
      await answer(question)
      await approveOf(card).waitFor()
      expect(await card.locator('.preview').innerText()).toMatch(promised)
      const why = card.getByRole('button', { name: /Why this one/ })
      await tabTo(page, why)
      await page.keyboard.press('Enter')
      await card.getByRole('table').waitFor()
      expect(await sideScroll(page)).toBeLessThanOrEqual(0)
      await tabTo(page, approveOf(card))
      await expectClickable(approveOf(card))
      await page.keyboard.press('Enter')
      await card
        .locator('.receipt .outcome', { hasText: 'Promise met' })
        .waitFor()
      // The reader is still there, and reads on.
      expect(
        await card.evaluate((node) => node.contains(document.activeElement)),
      ).toBe(true)
      await tabTo(
        page,
        card.getByRole('button', { name: 'Transactions, gas and signatures' }),
      )
      await page.keyboard.press('Space')
      await card.locator('.receipt .calls').first().waitFor()
      expect(await sideScroll(page)).toBeLessThanOrEqual(0)
    }
    await page.close()
  }, 180_000)

  test('behavior: a swap and a loan with the mouse; keys only type words', async () => {
    const page = await openPage({ width: 1280 })
    for (const { sentence, promised } of [
      {
        sentence: 'swap DAI for WBTC',
        promised: /You give\s+at most [12]\d{3}(?:\.\d+)? DAI/,
      },
      {
        sentence: 'lend USDC on Aave',
        promised: /You give\s+at most [5-9]\d{3}(?:\.\d+)? USDC/,
      },
    ]) {
      await page.getByLabel('What do you want?').click()
      await page.keyboard.type(sentence)
      await page.getByRole('button', { name: 'Say it' }).click()
      const card = page.locator(`article[aria-label="${sentence}"]`)
      await card
        .locator('.question')
        .getByRole('button', { name: /^A quarter/ })
        .click()
      await approveOf(card).waitFor()
      expect(await card.locator('.preview').innerText()).toMatch(promised)
      await card.getByRole('button', { name: /Why this one/ }).click()
      await card.getByRole('table').waitFor()
      await expectClickable(approveOf(card))
      await approveOf(card).click()
      await card
        .locator('.receipt .outcome', { hasText: 'Promise met' })
        .waitFor()
      await card
        .getByRole('button', { name: 'Transactions, gas and signatures' })
        .click()
      await card.locator('.receipt .calls').first().waitFor()
      await card.getByRole('button', { name: 'Copy link' }).click()
      await page.locator('.notice', { hasText: 'Copied' }).waitFor()
    }
    await page.close()
  }, 180_000)

  test('behavior: a question is answered by typing, and a refusal says why', async () => {
    const page = await openPage()
    const card = await say(page, 'swap ETH for USDC')
    await card.locator('.question input').fill('0.1 ETH')
    await expectAccessible(page, 'question')
    await page.keyboard.press('Enter')
    await approveOf(card).waitFor()
    const refused = await say(page, 'swap 5 FOOBAR for USDC')
    await page.getByText('No token "FOOBAR" is known').waitFor()
    await expectAccessible(page, 'problem')
    await refused.getByRole('button', { name: 'Change the words' }).click()
    expect(await page.getByLabel('What do you want?').inputValue()).toBe(
      'swap 5 FOOBAR for USDC',
    )
    await page.close()
  }, 180_000)

  test('behavior: options are buttons, and what they mean is sent', async () => {
    const page = await openPage()
    const value = { address: recipient }
    // The local chain has no two tokens of one name: the choice is put in, wherever
    // the page may read the question first: the answer to the request, one, the list.
    const withChoice = (record: { status?: string; questions?: unknown }) =>
      record.status === 'needs-answer'
        ? {
            ...record,
            questions: [
              {
                slot: 'steps[0].buy.token',
                text: 'Which USDC?',
                options: [{ label: 'USDC at 0x7099…', value }],
              },
            ],
          }
        : record
    await page.route(
      ({ pathname }) => /^\/v1\/intents(?:\/[\w-]+)?$/.test(pathname),
      async (route) => {
        const response = await route.fetch()
        const json = await response.json()
        await route.fulfill({
          response,
          json: Array.isArray(json.intents)
            ? { ...json, intents: json.intents.map(withChoice) }
            : withChoice(json),
        })
      },
    )
    let sent: unknown
    await page.route('**/answers', async (route) => {
      sent = route.request().postDataJSON()
      await route.abort()
    })
    const card = await say(page, 'swap DAI for USDC')
    await page.getByRole('button', { name: 'USDC at 0x7099…' }).click()
    await card.getByRole('alert').waitFor()
    expect(sent).toEqual({ answers: { 'steps[0].buy.token': value } })
    await page.unrouteAll({ behavior: 'ignoreErrors' })
    await page.close()
  }, 180_000)

  test('behavior: an offer that ran out is asked for anew in its place', async () => {
    const page = await openPage()
    const card = await say(page, 'swap 0.2 ETH for USDC')
    await approveOf(card).waitFor()
    const first = await hashOf(card)
    await page.route('**/v1/intents?*', async (route) => {
      const response = await route.fetch()
      const later = new Date(Date.now() + 10 * 60_000).toUTCString()
      await route.fulfill({
        response,
        headers: { ...response.headers(), date: later },
      })
    })
    await askForList(page)
    const anew = card.getByRole('button', { name: 'Get a new offer' })
    await anew.waitFor()
    expect(await approveOf(card).count()).toBe(0)
    await page.unrouteAll({ behavior: 'wait' })
    await anew.click()
    await card.locator('.replaced').waitFor()
    await approveOf(card).waitFor()
    expect(await hashOf(card)).not.toBe(first)
    await page.close()
  }, 180_000)

  test('behavior: a yes to what the chain let run out buys nothing, and says so', async () => {
    const page = await openPage()
    const card = await say(page, 'swap 0.3 ETH for USDC')
    await approveOf(card).waitFor()
    const first = await hashOf(card)
    await callChain('evm_increaseTime', ['0x190'])
    await callChain('evm_mine', [])
    await approveOf(card).click()
    await card
      .getByText('The earlier offer ran out. This is a new one.')
      .waitFor()
    await approveOf(card).waitFor()
    expect(await hashOf(card)).not.toBe(first)
    // The chain's clock is ahead now; what is left is still counted rightly.
    expect(await card.getByRole('timer').innerText()).toMatch(/[12]:\d\d/)
    await approveOf(card).click()
    await card.locator('.receipt').waitFor()
    await page.close()
  }, 180_000)

  test('behavior: the history finds again what was said, and one link opens it alone', async () => {
    const page = await openPage({ width: 1280 })
    const history = page.getByRole('navigation', { name: 'History' })
    await history.getByText('Waits for your yes').first().waitFor()
    await history.getByText('swap 0.5 ETH for USDC').last().click()
    await page.waitForURL(/#intent=/)
    await page.getByText('Only this request is shown.').waitFor()
    expect(await page.locator('article').count()).toBe(1)
    await page.locator('.receipt').waitFor()
    const link = new URL(page.url()).hash
    await page.close()

    const narrow = await openPage({ width: 360, hash: link })
    await narrow.locator('.receipt').waitFor()
    expect(await sideScroll(narrow)).toBeLessThanOrEqual(0)
    await narrow.getByRole('button', { name: 'Open the history' }).click()
    const drawer = narrow.getByRole('dialog', { name: 'History' })
    await drawer.getByText('swap 0.2 ETH for USDC').waitFor()
    await expectAccessible(narrow, 'drawer')
    await narrow.keyboard.press('Escape')
    expect(await drawer.isVisible()).toBe(false)
    await narrow.getByText('Show the whole conversation').click()
    await narrow.locator('article').nth(3).waitFor()
    await narrow.close()

    const nowhere = await openPage({ hash: '#intent=nobody' })
    await nowhere.getByText('This request is not known here.').waitFor()
    await nowhere.close()
  }, 180_000)

  test('behavior: who reads above is left there, and told of what is new', async () => {
    const page = await openPage({ width: 360 })
    await page.locator('article').nth(3).waitFor()
    const main = page.locator('main')
    await main.evaluate((node) => node.scrollTo(0, 0))
    await page.waitForFunction(
      () => document.querySelector('main')?.scrollTop === 0,
    )
    await fetch(`${stack.config.intentUrl}/v1/intents`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ utterance: 'what is the price of WBTC?' }),
    })
    await askForList(page)
    const below = page.getByRole('button', { name: 'New below' })
    await below.waitFor()
    expect(await main.evaluate((node) => node.scrollTop)).toBe(0)
    await below.click()
    await below.waitFor({ state: 'hidden' })
    expect(await main.evaluate((node) => node.scrollTop)).toBeGreaterThan(0)
    await page.close()
  }, 180_000)

  test('behavior: agents are searched, filtered and looked into', async () => {
    const page = await openPage({ hash: '#agents' })
    await page.locator('.hits li').nth(3).waitFor()
    await expectAccessible(page, 'agents')
    await page.getByRole('combobox', { name: 'Action' }).click()
    await page.getByRole('option', { name: 'supply' }).waitFor()
    await expectAccessible(page, 'agents, a list open')
    await page.keyboard.press('Escape')
    await page.getByRole('option').first().waitFor({ state: 'detached' })
    await page.getByLabel('What should it do?').fill('lend')
    await choose(page, 'Action', 'supply')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.locator('.hits li', { hasText: 'aave' }).waitFor()
    await page
      .locator('.hits li', { hasText: 'swap-direct' })
      .waitFor({ state: 'detached' })
    await page.getByRole('link', { name: 'aave-v3' }).click()
    await page.getByText('Why it ranks where it does').waitFor()
    await page.getByText('for “lend”').waitFor()
    await page.getByText(/^Number \d+ of \d+/).waitFor()
    await page.getByText('Health over time, as measured').waitFor()
    await page.getByRole('tab', { name: '1 hour' }).press('ArrowRight')
    const day = page.getByRole('tabpanel', { name: '1 day' })
    await day.locator('.chart svg rect.succeeded').first().waitFor()
    expect(await day.locator('.chart svg').getAttribute('aria-label')).toMatch(
      /^1 day: \d+ of \d+ visits/,
    )
    await day.getByRole('button', { name: 'The numbers' }).click()
    expect(
      await day.getByRole('row').nth(1).getByRole('cell').first().innerText(),
    ).toMatch(/^\d+ of \d+ visits$/)
    await page.getByText('Contract tests').waitFor()
    await expectAccessible(page, 'agent')
    await page.setViewportSize({ width: 360, height: 900 })
    expect(await sideScroll(page)).toBeLessThanOrEqual(0)
    await page.locator('.choice').first().click()
    expect(
      (await page.getByLabel('What do you want?').inputValue()).length,
    ).toBeGreaterThan(5)
    await page.close()
  }, 180_000)

  test('behavior: a wallet is shown, and asked for nothing until one acts with it', async () => {
    const { page, panel } = await openWithWallet(recipient, '0x1')
    await panel.getByText('The wallet is on chain 1;').waitFor()
    await panel.getByText('asked for nothing until you act').waitFor()
    expect(
      await panel
        .getByRole('button', { name: 'Act with Scripted' })
        .isDisabled(),
    ).toBe(true)
    await expectAccessible(page, 'account')
    await page.evaluate("window.walletGoesTo('0x7a69')")
    await panel
      .getByText('The wallet is on chain')
      .waitFor({ state: 'detached' })
    await panel.getByRole('button', { name: 'Send something there' }).click()
    expect(await page.getByLabel('What do you want?').inputValue()).toContain(
      recipient,
    )
    const calls = await page.evaluate<string[]>('window.walletCalls')
    expect(new Set(calls)).toEqual(
      new Set(['eth_requestAccounts', 'eth_chainId', 'eth_accounts']),
    )
    await page.close()
  }, 180_000)

  test('behavior: a wallet approves by one signature, and pays no gas', async () => {
    const holder = privateKeyToAccount(generatePrivateKey())
    await askChain('anvil_setBalance', [holder.address, '0xde0b6b3a7640000'])
    const { page, panel } = await openWithWallet(
      holder.address,
      '0x7a69',
      (typedData) => {
        const { EIP712Domain: _domain, ...types } = typedData.types
        return holder.signTypedData({ ...typedData, types })
      },
    )
    // The wallet has made the account a smart account.
    const { delegation } = toLocalDeployment(readAddresses())
    await askChain('anvil_setCode', [
      holder.address,
      `0xef0100${delegation?.implementation.slice(2)}`,
    ])
    await panel.getByRole('button', { name: 'Act with Scripted' }).click()
    await panel.getByText('You act with this wallet.').waitFor()
    await panel.getByRole('table', { name: 'Balances of the wallet' }).waitFor()
    await expectAccessible(page, 'wallet')
    await panel.getByRole('button', { name: 'Close' }).click()
    const card = await say(page, 'swap 0.3 ETH for USDC')
    const approve = card.getByRole('button', {
      name: 'Approve exactly this in your wallet',
    })
    await page.evaluate('window.walletRefuses = true')
    await approve.click()
    await card.getByText('The person said no.').waitFor()
    await page.evaluate('window.walletRefuses = false')
    await approve.click()
    await card
      .locator('.receipt .outcome', { hasText: 'Promise met' })
      .waitFor()
    expect(
      BigInt(await askChain('eth_getBalance', [holder.address, 'latest'])),
    ).toBe(700_000_000_000_000_000n)
    const calls = await page.evaluate<string[]>('window.walletCalls')
    expect(calls.filter((call) => call.startsWith('eth_send'))).toEqual([])
    await page.close()
  }, 180_000)

  test('behavior: a plain wallet sends each transaction itself, asked once for each', async () => {
    const holder = privateKeyToAccount(generatePrivateKey())
    await askChain('anvil_setBalance', [holder.address, '0x1bc16d674ec80000'])
    const rpc = createWalletClient({
      account: holder,
      transport: http(stack.config.rpcUrl),
    })
    const { page, panel } = await openWithWallet(
      holder.address,
      '0x7a69',
      undefined,
      ({ to, value, data, gas }) =>
        rpc.sendTransaction({
          to,
          value: BigInt(value),
          data,
          gas: BigInt(gas),
          chain: null,
        }),
    )
    await panel.getByRole('button', { name: 'Act with Scripted' }).click()
    await panel.getByRole('button', { name: 'Close' }).click()
    const card = await say(
      page,
      'swap 0.3 ETH for USDC, then swap all of it for DAI',
    )
    await page.evaluate('window.walletRefuses = true')
    await card
      .getByRole('button', { name: 'Approve exactly this in your wallet' })
      .click()
    await card.getByText('The person said no.').waitFor()
    const steps = card.getByRole('region', { name: 'Your wallet sends these' })
    await steps.getByText('to be asked for').waitFor()
    await expectAccessible(page, 'wallet-steps')
    await page.setViewportSize({ width: 360, height: 900 })
    expect(await sideScroll(page)).toBeLessThanOrEqual(0)
    await page.evaluate('window.walletRefuses = false')
    await steps.getByRole('button', { name: 'Ask my wallet' }).click()
    await card
      .locator('.receipt .outcome', { hasText: 'Promise met' })
      .waitFor()
    const calls = await page.evaluate<string[]>('window.walletCalls')
    // One was refused; a swap of coin, an approval and a swap were sent.
    expect(calls.filter((call) => call === 'eth_sendTransaction')).toHaveLength(
      4,
    )
    expect(
      BigInt(
        await askChain('eth_getTransactionCount', [holder.address, 'latest']),
      ),
    ).toBe(3n)
    await page.close()
  }, 180_000)

  test('behavior: a standing order is approved, looked at and ended', async () => {
    const page = await openPage({ width: 360 })
    const card = await say(page, 'swap 50 USDC for ETH every day')
    await approveOf(card).waitFor()
    const terms = card.getByRole('region', {
      name: 'A standing order to approve',
    })
    expect(await terms.innerText()).toMatch(/50 USDC/)
    await expectAccessible(page, 'order')
    expect(await sideScroll(page)).toBeLessThanOrEqual(0)
    await approveOf(card).click()
    await card.getByText('The order stands.').waitFor()
    await page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: 'Orders' })
      .click()
    const order = page.getByRole('article', {
      name: 'swap 50 USDC for ETH every day',
    })
    await order.getByText('Active').waitFor()
    await expectAccessible(page, 'orders')
    await order.getByRole('button', { name: 'End this order' }).click()
    await order.getByText('Ended').waitFor()
    expect(
      await order.getByRole('button', { name: 'End this order' }).count(),
    ).toBe(0)
    expect(await sideScroll(page)).toBeLessThanOrEqual(0)
    await page.close()
  }, 180_000)

  test('behavior: it speaks Japanese where the browser does, and as chosen', async () => {
    const page = await openPage({ locale: 'ja-JP', width: 360 })
    await page.getByText('約束どおり').first().waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('ja')
    expect(await sideScroll(page)).toBeLessThanOrEqual(0)
    await expectAccessible(page, 'Japanese')
    await choose(page, '言語', 'EN')
    await page.getByText('Promise met').first().waitFor()
    await page.reload()
    await page.getByText('Promise met').first().waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    await page.close()
  }, 180_000)

  test('behavior: one script tag puts it on another page, and a yes is given in a tab of its own', async () => {
    const page = await browser.newPage({
      viewport: { width: 900, height: 900 },
      locale: 'en-US',
    })
    await page.goto(site.url)
    const button = page.getByRole('button', { name: 'Say it to Behest' })
    await button.click()
    const frame = page.frameLocator('iframe[title="Say it to Behest"]')
    // A swap, then a loan: both of them whole, from a page that is not ours.
    for (const words of ['swap 0.21 ETH for USDC', 'lend 21 USDC on Aave']) {
      await frame.getByLabel('What do you want?').fill(words)
      await frame.getByRole('button', { name: 'Say it', exact: true }).click()
      // By its words: how many stand before it is not known until all are loaded.
      const card = frame.locator(`article[aria-label="${words}"]`)
      const elsewhere = card.getByRole('link', {
        name: 'Review and approve in its own tab',
      })
      await elsewhere.waitFor()
      // What stands around a frame can cover it: there is no yes to click in it.
      expect(await approveOf(card).count()).toBe(0)
      const [tab] = await Promise.all([
        page.context().waitForEvent('page'),
        elsewhere.click(),
      ])
      await tab.getByRole('button', { name: 'Approve exactly this' }).click()
      await card
        .locator('.receipt .outcome', { hasText: 'Promise met' })
        .waitFor()
      await tab.close()
    }
    await button.click()
    await frame.getByLabel('What do you want?').waitFor({ state: 'hidden' })
    await page.close()
  }, 180_000)

  test('behavior: a site that was not named cannot frame it', async () => {
    const page = await browser.newPage()
    const refused: string[] = []
    page.on('console', (message) => refused.push(message.text()))
    await page.goto(stranger.url)
    await page.getByRole('button', { name: 'Say it to Behest' }).click()
    await expect
      .poll(() => refused.join('\n'), { timeout: 10_000 })
      .toMatch(/frame-ancestors/)
    expect(
      await page.frameLocator('iframe').getByLabel('What do you want?').count(),
    ).toBe(0)
    await page.close()
  }, 180_000)

  test('behavior: who may take what is shown, and taken back by one press', async () => {
    const { accounts } = (await (
      await fetch(`${stack.config.intentUrl}/v1/accounts`)
    ).json()) as {
      accounts: {
        address: string
        balances: { symbol: string; token: string }[]
      }[]
    }
    const [own] = accounts
    const dai = own?.balances.find(({ symbol }) => symbol === 'DAI')?.token
    // As another site would have had it signed: all, for ever.
    await callChain('anvil_impersonateAccount', [own?.address])
    await callChain('eth_sendTransaction', [
      {
        from: own?.address,
        to: dai,
        data: `0x095ea7b3${recipient.slice(2).padStart(64, '0')}${'f'.repeat(64)}`,
      },
    ])
    const page = await openPage({ width: 360, hash: '#limits' })
    const allowances = page.getByRole('region', { name: 'Allowances' })
    await allowances.getByText('any amount of DAI').waitFor()
    await allowances.getByText('all that you hold').waitFor()
    await allowances.getByText(/given by (?:a )?plans? and/).click()
    expect(
      await allowances.locator('.disclosure a').first().getAttribute('href'),
    ).toMatch(/^#intent=/)
    expect(await sideScroll(page)).toBeLessThanOrEqual(0)
    await expectAccessible(page, 'allowances')
    await allowances.getByRole('button', { name: /^Take back: DAI/ }).click()
    await page.waitForURL(/#intent=/)
    const card = page.locator('article')
    await approveOf(card).click()
    await card
      .locator('.receipt .outcome', { hasText: 'Promise met' })
      .waitFor()
    await page
      .getByRole('navigation', { name: 'Views' })
      .getByRole('link', { name: 'Limits' })
      .click()
    await allowances.getByText('Nobody may take anything').waitFor()
    await page.close()
  }, 180_000)

  test('behavior: a policy is set with the keyboard alone, binds, and is stopped', async () => {
    const page = await openPage({ width: 360, hash: '#limits' })
    const policy = page.getByRole('region', { name: 'Policy' })
    await policy.getByText('No policy yet').waitFor()
    await expectAccessible(page, 'no policy')
    await page.getByRole('link', { name: 'Limits' }).focus()
    await tabTo(page, policy.getByRole('button', { name: 'Set limits' }))
    await page.keyboard.press('Enter')
    await tabTo(page, policy.getByLabel('In 24 hours'))
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('a lot')
    await tabTo(
      page,
      policy.getByRole('switch', {
        name: 'Carry some plans out with nobody asked',
      }),
    )
    await page.keyboard.press('Space')
    expect(await sideScroll(page)).toBeLessThanOrEqual(0)
    await expectAccessible(page, 'policy form')
    await tabTo(page, policy.getByRole('button', { name: 'Sign and set' }))
    await page.keyboard.press('Enter')
    // What cannot be read is not signed: the reader is led to it.
    await policy.getByText('This cannot be read.').waitFor()
    await page.waitForFunction(
      () => document.activeElement?.getAttribute('name') === 'limits.perDayUsd',
    )
    await expectAccessible(page, 'policy form with a mistake')
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.type('20,000')
    await page.keyboard.press('Enter')
    await policy.getByText('Policy 1').waitFor()
    await policy.getByText('of $20,000 used').waitFor()
    expect(await sideScroll(page)).toBeLessThanOrEqual(0)
    await expectAccessible(page, 'policy')

    // Within it nobody is asked; past it nobody can say yes.
    const alone = await sayFrom(page, 'swap 20 USDC for DAI')
    await alone
      .locator('.receipt .outcome', { hasText: 'Promise met' })
      .waitFor()
    const refused = await sayFrom(page, 'swap 5100 USDC for DAI')
    await refused.getByText('refuses this plan').waitFor()

    await page.getByRole('link', { name: 'Limits' }).click()
    await policy.getByRole('button', { name: 'Stop everything' }).click()
    const stopping = page.getByRole('alertdialog', { name: 'Stop everything' })
    await stopping.getByLabel(/^Why/).fill('lost my phone')
    await expectAccessible(page, 'stopping')
    await page.keyboard.press('Enter')
    await policy.getByText('lost my phone').waitFor()
    await expectAccessible(page, 'stopped')
    const stopped = await sayFrom(page, 'swap 21 USDC for DAI')
    await stopped.getByText('Everything was stopped').waitFor()

    await page.getByRole('link', { name: 'Limits' }).click()
    await policy
      .getByRole('button', { name: 'Sign a policy and start again' })
      .click()
    await policy.getByLabel('One plan').first().fill('6000')
    const changes = policy.locator('.changes')
    expect(await changes.innerText()).toContain('One plan $5,000 → $6,000')
    await policy.getByRole('button', { name: 'Sign and set' }).click()
    await policy.getByText('Policy 2').waitFor()
    const again = await sayFrom(page, 'swap 22 USDC for DAI')
    await again
      .locator('.receipt .outcome', { hasText: 'Promise met' })
      .waitFor()
    await page.close()
  }, 180_000)

  test('behavior: a wallet signs the policy of its own account', async () => {
    const holder = privateKeyToAccount(generatePrivateKey())
    const { page, panel } = await openWithWallet(
      holder.address,
      '0x7a69',
      (typedData) => {
        const { EIP712Domain: _domain, ...types } = typedData.types
        return holder.signTypedData({ ...typedData, types })
      },
    )
    await panel.getByRole('button', { name: 'Act with Scripted' }).click()
    await panel.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('link', { name: 'Limits' }).click()
    const policy = page.getByRole('region', { name: 'Policy' })
    await policy.getByRole('button', { name: 'Set limits' }).click()
    await policy.getByRole('checkbox', { name: 'anyone' }).uncheck()
    await policy
      .getByLabel('Addresses that may be paid, one a line')
      .fill(recipient)
    await policy
      .getByRole('button', { name: 'Sign in your wallet and set' })
      .click()
    await policy.getByText('Policy 1').waitFor()
    expect(await policy.locator('.rulesets').innerText()).toContain(recipient)
    const { policy: kept } = (await (
      await fetch(`${stack.config.intentUrl}/v1/policies/${holder.address}`)
    ).json()) as { policy: unknown }
    expect(kept).toMatchObject({
      account: holder.address,
      limits: { recipients: [recipient] },
      beyond: 'ask',
    })
    await page.close()
  }, 180_000)

  test('behavior: nothing on it failed unseen', () => {
    expect(pageErrors).toEqual([])
  })
})

/** Presses Tab until it is there, as somebody without a mouse would. */
async function tabTo(
  page: Page,
  target: Locator,
  key: 'Tab' | 'Shift+Tab' = 'Tab',
): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((node) => node === document.activeElement)) return
    await page.keyboard.press(key)
  }
  expect(await target.evaluate((node) => node.outerHTML)).toBe('reached by Tab')
}

/** Chooses from a list that opens. */
async function choose(page: Page, name: string, option: string): Promise<void> {
  await page.getByRole('combobox', { name }).click()
  await page.getByRole('option', { name: option, exact: true }).click()
}

/** What the page does when it is looked at again. */
async function askForList(page: Page): Promise<void> {
  await page.evaluate(() =>
    document.dispatchEvent(new Event('visibilitychange')),
  )
}

/** Fails where something lies over it, or it is out of view. */
async function expectClickable(button: Locator): Promise<void> {
  const isOnTop = await button.evaluate((node) => {
    const { left, top, width, height } = node.getBoundingClientRect()
    const hit = document.elementFromPoint(left + width / 2, top + height / 2)
    return hit !== null && node.contains(hit)
  })
  expect(isOnTop).toBe(true)
}

function sideScroll(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - window.innerWidth,
  )
}

async function hashOf(card: Locator): Promise<string | null> {
  return card.locator('.preview').getAttribute('data-plan')
}

async function callChain(method: string, params: unknown[]): Promise<void> {
  const response = await fetch(stack.config.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  expect(await response.json()).not.toHaveProperty('error')
}

/** The agents publish themselves; until then nobody can serve. */
async function waitForAgents(): Promise<void> {
  await vi.waitFor(
    async () => {
      const response = await fetch(`${stack.config.registryUrl}/v1/search?q=`)
      const { results } = (await response.json()) as { results: unknown[] }
      if (results.length < 5)
        throw new RangeError(`${results.length} agents of five are there`)
    },
    { timeout: 90_000, interval: 200 },
  )
}

type TypedData = MandateSigning['mandates'][number]['typedData']
type WalletRequest = {
  readonly to: Hex
  readonly value: Hex
  readonly data: Hex
  readonly gas: Hex
}

/** A page with a scripted wallet in it, connected, and the account's panel open. */
async function openWithWallet(
  address: string,
  chainId: string,
  sign: (typedData: TypedData) => Promise<string> = async () => '0x',
  send: (request: WalletRequest) => Promise<string> = async () => '0x',
): Promise<{ page: Page; panel: Locator }> {
  const page = await browser.newPage({ locale: 'en-US' })
  page.setDefaultTimeout(60_000) // a busy machine is slow, not wrong
  watch(page)
  await addWallet(page, {
    address,
    chainId,
    sign: (json) => sign(JSON.parse(json) as TypedData),
    send: (request: WalletRequest) => send(request),
  })
  await page.goto(stack.config.intentUrl)
  await page.locator('main[aria-busy=false]').waitFor()
  await page.getByRole('button', { name: 'Open the account' }).click()
  const panel = page.getByRole('dialog', { name: 'Account' })
  await panel.getByText('Its key is kept by this server').waitFor()
  expect(await panel.locator('.choice').count()).toBe(1)
  await panel.getByRole('button', { name: 'Connect Scripted' }).click()
  await panel.getByText('Connected: Scripted').waitFor()
  return { page, panel }
}

async function askChain(
  method: string,
  params: readonly unknown[],
): Promise<string> {
  const response = await fetch(stack.config.rpcUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
  })
  return ((await response.json()) as { result: string }).result
}

type Site = { readonly url: string; readonly stop: () => void }

/** A page of somebody else's, with nothing of ours but the script element. */
async function serveSite(behestUrl: string): Promise<Site> {
  const server = createHttpServer((_request, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(
      `<!doctype html><html lang="en"><title>A shop</title><h1>A shop</h1><script src="${behestUrl}/embed.js" data-label="Say it to Behest" async></script></html>`,
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string')
    throw new TypeError('The site has no port.')
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
