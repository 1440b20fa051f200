/**
 * One file because it is one stack: one that wants to know who asks, and where a
 * second person has to say yes.
 */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { createIntentClient, type IntentClient } from '@behest/client'
import type { Browser, Locator, Page } from 'playwright-core'
import type { Hex } from 'viem'
import {
  generatePrivateKey,
  type PrivateKeyAccount,
  privateKeyToAccount,
} from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { readStackConfig } from './stackConfig.js'
import { type Stack, startStack } from './startStack.js'
import { takePlace } from './takePlace.js'
import { expectAccessible } from './testing/expectAccessible.js'
import { launchChromium } from './testing/launchChromium.js'
import { addWallet } from './testing/scriptedWallet.js'

const approver = privateKeyToAccount(generatePrivateKey())
let stack: Stack
let browser: Browser
let folder: string
let operator: IntentClient
const pageErrors: string[] = []

beforeAll(async () => {
  const place = await takePlace('sign-in')
  folder = place.folder
  // As an operator sets it: the processes of the stack read it.
  process.env.BEHEST_SIGN_IN = 'required'
  process.env.BEHEST_APPROVERS = approver.address
  stack = await startStack({
    config: readStackConfig(place.environment),
    onProgress: () => undefined,
  })
  const token = readFileSync(
    join(folder, 'run', 'intent-operator.token'),
    'utf8',
  ).trim()
  operator = createIntentClient({
    baseUrl: stack.config.intentUrl,
    fetch: (url, init) =>
      fetch(url, {
        ...init,
        headers: { ...init.headers, authorization: `Bearer ${token}` },
      }),
  })
  browser = await launchChromium()
  // The agents publish themselves; until then nobody can serve.
  await vi.waitFor(
    async () => {
      const url = `${stack.config.registryUrl}/v1/search?q=`
      const found = (await (await fetch(url)).json()) as { results: unknown[] }
      expect(found.results.length).toBeGreaterThanOrEqual(5)
    },
    { timeout: 60_000, interval: 200 },
  )
}, 180_000)

afterAll(async () => {
  await browser?.close()
  await stack?.stop()
  delete process.env.BEHEST_SIGN_IN
  delete process.env.BEHEST_APPROVERS
  rmSync(folder, { recursive: true, force: true })
}, 60_000)

async function openPage(options: {
  readonly holder?: PrivateKeyAccount
  readonly hash?: string
  readonly width?: number
  readonly locale?: string
}): Promise<Page> {
  const { holder } = options
  const page = await browser.newPage({
    viewport: { width: options.width ?? 900, height: 900 },
    locale: options.locale ?? 'en-US',
  })
  page.setDefaultTimeout(60_000) // a busy machine is slow, not wrong
  page.on('pageerror', (error) => pageErrors.push(error.message))
  if (holder !== undefined)
    await addWallet(page, {
      address: holder.address,
      chainId: '0x7a69',
      sign: (json) => {
        const typedData = JSON.parse(json)
        const { EIP712Domain: _domain, ...types } = typedData.types
        return holder.signTypedData({ ...typedData, types })
      },
      signText: (hex) => holder.signMessage({ message: { raw: hex as Hex } }),
    })
  await page.goto(stack.config.intentUrl + (options.hash ?? ''))
  return page
}

async function signIn(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign in with Scripted' }).click()
  await page.locator('main[aria-busy=false]').waitFor()
}

function sideScroll(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - window.innerWidth,
  )
}

/** The operator asks for something; it stops where a second person is needed. */
async function askFor(utterance: string): Promise<string> {
  const { id } = await operator.create({ utterance })
  await waitFor(id, 'needs-approval')
  return id
}

async function waitFor(id: string, status: string): Promise<void> {
  await expect
    .poll(async () => (await operator.get(id)).status, { timeout: 60_000 })
    .toBe(status)
}

const secondOf = (page: Page): Locator =>
  page.getByRole('region', { name: 'A second person has to sign this' })

describe('the page of a server that many reach', () => {
  test('behavior: it shows nothing before a wallet has signed in, and says so', async () => {
    for (const locale of ['en-US', 'ja-JP']) {
      const page = await openPage({ width: 360, locale })
      const card = page.locator('main.sign-in .box')
      await card.waitFor()
      expect(await page.getByRole('textbox').count()).toBe(0)
      expect(await card.getByRole('button').count()).toBe(0)
      expect(await sideScroll(page)).toBeLessThanOrEqual(0)
      await expectAccessible(page, `sign in, ${locale}`)
      await page.close()
    }
  }, 180_000)

  test('behavior: a wallet signs in by keyboard, stays signed in, and signs out', async () => {
    const holder = privateKeyToAccount(generatePrivateKey())
    const page = await openPage({ holder, width: 360 })
    const button = page.getByRole('button', { name: 'Sign in with Scripted' })
    await button.waitFor()
    await expectAccessible(page, 'sign in with a wallet')
    await page.evaluate('window.walletRefuses = true')
    await page.keyboard.press('Tab')
    expect(
      await button.evaluate((node) => node === document.activeElement),
    ).toBe(true)
    await page.keyboard.press('Enter')
    await page.getByRole('alert').getByText('The person said no.').waitFor()
    await page.evaluate('window.walletRefuses = false')
    await signIn(page)
    await page.getByLabel('What do you want?').fill('what is the price of ETH?')
    await page.keyboard.press('Enter')
    await page.locator('article .answer').waitFor()
    // The cookie is enough from now on; no wallet is asked.
    await page.reload()
    await page.locator('article .answer').waitFor()
    expect(
      (await page.evaluate<string[]>('window.walletCalls')).filter(
        (call) => call === 'personal_sign' || call === 'eth_requestAccounts',
      ),
    ).toEqual([])
    await page.getByRole('button', { name: 'Open the account' }).click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await button.waitFor()
    expect(await page.locator('article').count()).toBe(0)
    await page.close()
  }, 180_000)
})

describe('a second person', () => {
  test('behavior: a link opens the plan, and their wallet signs exactly it', async () => {
    const id = await askFor('swap 100 USDC for DAI')
    const { preview } = await operator.get(id)
    await expect(
      operator.approve(id, { planHash: preview?.planHash ?? '0x' }),
    ).rejects.toMatchObject({ code: 'APPROVER_SIGNATURE_MISSING' })
    await waitFor(id, 'needs-approval')

    const page = await openPage({
      holder: approver,
      hash: `#intent=${id}`,
      width: 360,
    })
    await signIn(page)
    await secondOf(page).waitFor()
    expect(await page.locator('.preview').innerText()).toMatch(/100 USDC/)
    await expectAccessible(page, 'second person')
    expect(await sideScroll(page)).toBeLessThanOrEqual(0)
    await secondOf(page).getByText('Connected: Scripted').waitFor()
    await page
      .getByRole('button', { name: 'Sign as the second person' })
      .click()
    await page
      .locator('.receipt .outcome', { hasText: 'Promise met' })
      .waitFor()
    await page.close()
  }, 180_000)

  test('behavior: they can say no, and a standing order waits for them too', async () => {
    const id = await askFor('swap 50 USDC for ETH every day for 3 times')
    const page = await openPage({ holder: approver, hash: `#intent=${id}` })
    await signIn(page)
    await page
      .getByRole('button', { name: 'Sign as the second person' })
      .click()
    await page.getByText('The order stands.').waitFor()
    const other = await askFor('swap 70 USDC for DAI')
    await page.goto(`${stack.config.intentUrl}/#intent=${other}`)
    await page.getByRole('button', { name: 'Reject' }).click()
    await page.getByText('You said no. Nothing was sent.').waitFor()
    await waitFor(other, 'rejected')
    await page.close()
  }, 180_000)

  test('law: for anybody else it is not there', async () => {
    const id = await askFor('swap 80 USDC for DAI')
    const page = await openPage({
      holder: privateKeyToAccount(generatePrivateKey()),
      hash: `#intent=${id}`,
    })
    await signIn(page)
    await page.getByText('This request is not known here.').waitFor()
    await page.close()
    await operator.cancel(id)
  }, 180_000)

  test('behavior: nothing on it failed unseen', () => {
    expect(pageErrors).toEqual([])
  })
})
