/**
 * Ways to say an order, and the plain order that each of them says. A line of
 * data for each: `what is said → what it stands for`.
 *
 * `a/b` one of several words · `a_b` words that belong together · `?` may be
 * missing · `*` any number of them · `name=a/b` words that are used again ·
 * `^` an order begins here · `$` it ends here · `~` a pause, or nothing.
 *
 * `<m>` a counted token · `<h>` a token that is had, counted or not · `<t>` a
 * token · `<n>` a number or a share · `<s>` a share · `<l>` where money is lent ·
 * `<v>` any venue · `<g>` where one goes long or short · `<c>` a chain ·
 * `<p>` somebody · `<ps>` several of them. A digit behind it tells two apart.
 *
 * On the right, `a:b` says `a` and what stands for `<b>`, if that was said, and
 * `a@b` says `a` with the span of what was said as `b`.
 */
const OWN = 'my/our/the/this/that?'
const DEBT = 'debt/debts/loan/loans/borrow/borrowing/borrows'
const HELD = 'deposit/deposits/supply/position/balance/lending/savings/stash'
const LESS =
  'reduce/lower/cut/shrink/decrease/trim/pare/pay_down/bring_down/knock_down/cut_down/take_down/scale_down'
const MORE =
  'increase/grow/raise/boost/expand/enlarge/top_up/top/up/bump/bump_up/add_to/beef_up/pad'
const FROM = 'from/out_of/off_of/off/of'
const ON = 'on/at/with/in/from/to'
const RATE =
  'apy/apr/yield/interest/rate/return/returns/interest_rate/borrow_rate'
const I = "i/we/i'd/we'd/id"
const WANT = "want/need/require/would_like/like/prefer/wanna_have/'d_like/wish"
const MOVES = 'get/move/bring/take/send/bridge/have/put/shift/transfer'

export const SAYINGS: readonly string[] = [
  // What is owed is paid.
  `put/use/apply/throw/direct/allocate/contribute/send <m> toward/towards/against/to/into/onto paying_off/paying_down/paying/repaying/reducing? ${OWN} <l>? ${DEBT} → repay <m> on:l`,
  `${LESS} ${OWN} <l>? <t>? ${DEBT} ${ON}:l2? by <m> → repay <m> on:l on:l2`,
  `${LESS} ${OWN} <l>? <t> ${DEBT} ${ON}:l2? by <n> → repay <n> <t> on:l on:l2`,
  `close/close_out/wipe_out/wipe/extinguish/zero_out/get_rid_of/kill/eliminate/end/finish/finish_off/terminate/erase/square/square_up all? of? ${OWN} <l>? <t> ${DEBT} → repay my <t> on:l`,
  `pay/give/send/transfer <m> back to/on/at <l> → repay <m> on:l`,
  `pay/give <l> back <m> → repay <m> on:l`,
  `pay_back/give_back <l> <m> → repay <m> on:l`,
  `pay/settle/clear/repay/pay_off ${OWN} debt/debts/tab/bill of/: <m> to/with <p> → send <m> to:p`,
  // What was lent is had back.
  `bring_back/bring/fetch/retrieve/recover/free/free_up/release/liberate/reclaim/extract/recall/claw_back <m> back? ${FROM} ${OWN} <l> ${HELD}/account/vault? → withdraw <m> from:l`,
  `bring_back/bring/fetch/retrieve/recover/free/free_up/release/reclaim/get/take ${OWN} <t> back from <l> ${HELD}/account/vault? → withdraw my <t> from:l`,
  `draw/draw_down/take/need/want <m> ${FROM} ${OWN} <l> ${HELD} → withdraw <m> from:l`,
  `^ ${I} ${WANT} to? have? <h> back/out/back_out ${FROM} ${OWN} <l> ${HELD}/account/vault? → withdraw <h> from:l`,
  `^ ${I} ${WANT} to? be/get? out of/from <v> $ → exit <v>`,
  `${LESS} ${OWN} <l> <t>? ${HELD}/collateral by <m> → withdraw <m> from:l`,
  `${LESS} ${OWN} <l> <t> ${HELD}/collateral by <n> → withdraw <n> <t> from:l`,
  `${LESS} ${OWN} <t>? ${HELD}/collateral ${ON} <l> by <m> → withdraw <m> from:l`,
  `${LESS} ${OWN} <t> ${HELD}/collateral? ${ON} <l> by <n> → withdraw <n> <t> from:l`,
  `<s> of what/whatever i/we have/hold/own/keep/supplied/deposited/lent/put on/in/at/to/into <v> in/of <t> → <s> of my <t> on:v`,
  // What is had is lent.
  `${MORE} ${OWN} <l> <t>? ${HELD}/collateral by/with <m> → supply <m> on:l`,
  `${MORE} ${OWN} <l> <t> ${HELD}/collateral by/with <n> → supply <n> <t> on:l`,
  `${MORE} ${OWN} <t>? ${HELD}/collateral ${ON} <l> by/with <m> → supply <m> on:l`,
  `${MORE} ${OWN} <t> ${HELD}/collateral? ${ON} <l> by/with <n> → supply <n> <t> on:l`,
  `supply/provide/feed <l> with <m> → supply <m> on:l`,
  `pledge/commit/allot/assign/dedicate/earmark <m> on/to/at/in/with/for <l> → supply <m> on:l`,
  `^ get/make/generate/draw some/a/good? yield/interest/returns/return/apy on/for/with/from <m> → lend <m>`,
  // What one has not is borrowed.
  `^ lend/loan/advance/front/spot/lend_out/loan_out me/us <m> → borrow <m>`,
  `need/want/get/take/request/open a/the? loan :/-/, <m> ~ collateral/against of/is/:/=? <m2> → borrow <m> against:m2`,
  `need/want/get/take/request/open a/the? loan :/-/, <m> → borrow <m>`,
  `leverage/use/put_up/pledge/post ${OWN} <h> to/and borrow/get/draw <m> → borrow <m> against:h`,
  // Staked, and no longer.
  `take/pull/get/withdraw/remove/release/move/take_out/pull_out <h> out_of/from staking/stake → unstake <h>`,
  `stop/quit/end/exit/leave staking on/at/with/in <v> with/:/for? <h> → unstake <h> from:v`,
  `^ stop/quit/end staking <h> → unstake <h>`,
  // One for another.
  `^ ${I}? ${WANT}? to? be/get/move/rotate/go/bail/jump/hop/step/come/back/get_out/move_out/pull/climb me/us? out? of <m> and/,/& into/to → swap <m> to`,
  `^ ${I}? ${WANT}? to? be/get/move/rotate/go/bail/jump/hop/step/come/back/get_out/move_out/pull/climb me/us? out? of <m> into/to → swap <m> to`,
  `^ ${I}? ${WANT}? to? be/get/move/rotate/go/bail/jump/hop/step/come/back/pull/climb me/us? w=out of my/our? <t> ~ and? into/to <t2> → swap all@w my <t> to:t2`,
  `^ ${I}? ${WANT}? to? w=get_out/move_out of my/our? <t> ~ and? into/to <t2> → swap all@w my <t> to:t2`,
  `^ w=exit my/our? <t> position/bag/holdings/holding/stack? to/into <t2> → swap all@w my <t> to:t2`,
  `give_up/forgo/surrender/sacrifice/trade_away/hand_over <m> for <t> → swap <m> to:t`,
  `^ stack/accumulate/stack_up <m> → buy <m>`,
  `pay_off/repay/pay_back/clear/settle/close/pay w=all/whole/entire/full/complete? of? my/our the? w=all/whole/entire/full/complete? <l> debt/debts/loan/loans/borrow with/using/in/from <t> → repay all@w my <t> on:l`,
  `blow/splurge <m> on → spend <m> on`,
  `buy/purchase/get/grab/acquire/take/order some? <t> worth <m> → buy <t> for:m`,
  `^ ${I} ${WANT}/will_take/take some? <t> for <m> → buy <t> for:m`,
  `^ <m> worth of <t> ~ please? ~ paid/paying/payable in/with/from/by <t2> → swap <m> worth of <t> paid in:t2`,
  `w=entirety/totality/whole/sum/whole_lot/full_amount of my/our/the <t> → all@w my <t>`,
  `w=every/each last/single/remaining? <t> i/we/that have/own/hold/got/'ve_got → all@w my <t>`,
  `w=every/each last/single? bit/drop/penny/cent/piece/scrap of my/our/the <t> → all@w my <t>`,
  `^ w=close/close_out/liquidate/offload/unload/unwind my/our/the <t> bag/bags/stack/holdings/holding/stash/tokens/coins → sell all@w my <t>`,
  `^ my? <t> to/into/for/→ <t2> , w=all/everything/max of? it? $ → swap all@w my <t> to:t2`,
  `^ my? <t> - > <t2> , w=all/everything/max of? it? $ → swap all@w my <t> to:t2`,
  `^ <s> of it/them :/,/- <t> → <s> of my <t>`,
  `all_of_what/all_of_whatever/everything_that/all_that/all_what i/we get/got/receive/received/bought/end_up_with → everything i get`,
  `the/a/an full/total/whole/exact? amount/sum/quantity of <m> → <m>`,
  `, funded/paid/financed/covered/bought from/by/with/using/out_of my/our? <t> $ → with:t`,
  `, both/all/each with/using/from/paid_with/paid_from/in my/our? <t> $ → with:t`,
  // From chain to chain.
  `move/bridge/relocate/shift/transfer/hop <m> :/,? from? <c> -? >/→/to/over_to <c2> → bridge <m> from:c to:c2`,
  `^ ${I} ${WANT} <m> on/over_on/over_to <c> instead_of/and_not/not/rather_than on/from? <c2> → bridge <m> from:c2 to:c`,
  `^ ${I} have/hold/got/'ve_got <m> on/over_on <c> ~ but/and* ~ ${I}? ${WANT} it/them/that/those to_be? on/over_on <c2> → bridge <m> from:c to:c2`,
  `^ ${I}/get/give/have ${WANT}/me? <m> on/onto/over_on <c> from <c2> → bridge <m> from:c2 to:c`,
  `return/withdraw/deposit/take/carry/ship/get/pull/have/haul/bring_back <m> back? from <c> back? to/onto/over_to/into <c2> → bridge <m> from:c to:c2`,
  `^ let's/let/have/get/see have/get/see? <m> move/go/moved/travel/hop/come/cross/carried/brought over/across? from <c> to <c2> → bridge <m> from:c to:c2`,
  `^ <h> is/are/sits/sit/lies/lie stuck/sitting/currently/parked/lying/still/all* on <c> ~ please/can/could/you/so/and/but/i/want/need/to/now* ~ ${MOVES} <s> of? it/them over/across/back? to/on/onto <c2> → bridge <s> of <h> from:c to:c2`,
  `^ <h> is/are/sits/sit/lies/lie stuck/sitting/currently/parked/lying/still/all* on <c> ~ please/can/could/you/so/and/but/i/want/need/to/now* ~ ${MOVES} it/them all? over/across/back? to/on/onto <c2> → bridge <h> from:c to:c2`,
  `swap/convert/exchange/trade/change/turn <m> on/from <c> to/for/into <=m> on <c2> → bridge <m> from:c to:c2`,
  // To somebody.
  `^ my? friend/brother/sister/mom/dad/boss/landlord/buddy/pal/colleague? <p> asked/asks/asking/wants/wanted/requested/requests/needs/requires me/us? for? <m> from_me/from_us? ~ and/so/please/can/could/you/just* send/pay/give/transfer/wire it/that/them over/across? to_him/to_her/to_them? → send <m> to:p`,
  `^ <p> needs/wants/requires/is_due/is_owed/is_to_have/is_to_get <m> from_me/from_us → send <m> to:p`,
  `^ <ps> get/receive/should_get/should_receive/each_get/to_get/are_to_get/need <m> each → send <m> each to:ps`,
  `^ see/see_to_it/check that? <p> gets/receives/has/got <m> → send <m> to:p`,
  `empty/sweep/flush/drain all? of? w=my/our/the <t> into/to/over_to/out_to <p> → send all@w my <t> to:p`,
  `sweep/flush <h> into/to/over_to/out_to <p> → send <h> to:p`,
  `schedule/set_up/arrange/make/plan a/an/another <m> payment/transfer/payout/gift to/for <p> → send <m> to:p`,
  `hook/set/sort <p> up/out with <m> → send <m> to:p`,
  `^ <m> for <p> $ → send <m> to:p`,
  // Long and short.
  `use/put/take <m> as/for margin/collateral for/on/in/into a/an/my? <x> <t> w=long/short → open a <x> <t> <w> with:m`,
  `use/put/take u=it/them/that all? as/for margin/collateral for/on/in/into a/an/my? <x> <t> w=long/short → open a <x> <t> <w> with <u>`,
  `put_on/put/slap_on/slap/throw_on on? a/an <x> <t>? w=long/short → open a <x> <t> <w>`,
  `^ bet against <t> → short <t>`,
  `^ bet on <t> falling/dropping/crashing/going_down → short <t>`,
  `^ bet on <t> rising/pumping/going_up → long <t>`,
  `my/our/the/of <g> <t> w=long/short/position/trade → my <t> <w> on:g`,
  `get_out/get/come_out/come/step/be out? of my/our/the <t> w=long/short → close my <t> <w>`,
  `^ end/finish/kill/terminate/stop/quit/drop my/our/the <t> w=long/short → close my <t> <w>`,
  `${LESS} my/our/the <t> w=long/short on:g? by <s> → close <s> of my <t> <w> on:g`,
  `${LESS} my/our/the <g> <t> w=long/short by <s> → close <s> of my <t> <w> on:g`,
  `take profit/profits on/from <s> of my/our/the <t> w=long/short → close <s> of my <t> <w>`,
  `trim/cut/reduce/shrink/scale_down my/our/the <g>? <t> w=long/short ~ close/sell/exit/take_off <s> of it → close <s> of my <t> <w> on:g`,
  // What others may spend.
  `set/raise/increase/lower/change/put/bump/up/reduce ${OWN} <v> '_s? <t> allowance/approval/limit/spending_limit to/at <n> → approve <n> <t> for:v`,
  `set/raise/increase/lower/change/put/bump/up/reduce ${OWN} <t> allowance/approval/spending_limit of/for <v> to/at <n> → approve <n> <t> for:v`,
  `^ <v> may/is_allowed_to/should_be_able_to/should_be_allowed_to/is_permitted_to spend/use up_to? <m> → approve <m> for:v`,
  `stop/prevent/block/bar/ban/keep/disallow/forbid/disable <v> from? spending/using/touching/accessing/moving/taking my/our/the? <t> anymore/any_more/any_longer/again? → revoke <t> approval for:v`,
  `^ ${I}? don't/do_not/no_longer want <v> to_be_able_to/to spend/use/touch/move/access my/our/the? <t> anymore/any_more/any_longer/again? → revoke <t> approval for:v`,
  `^ <v> should/must/may/can/is_to/shall no_longer/not be_able_to/be_allowed_to? spend/use/touch/move/access my/our/the? <t> anymore/any_more/any_longer/again? → revoke <t> approval for:v`,
  // What was earned.
  `get/grab/cash_in/cash/pick_up/take/fetch/withdraw/receive/take_out/pull/redeem in/out? all? of? my/our <t>? rewards/reward/airdrop/earnings/incentives/emissions → claim my <t> rewards`,
  `^ harvest/reap my/our/the? yield/yields/interest/farm/farms ~ on/from/at/in:v? → claim my rewards from:v`,
  `^ grab/get/take/receive the <t>? airdrop → claim the <t> airdrop`,
  `^ my/our/the <t>? rewards/reward/fees/emissions/earnings on/from/at/in <v> ~ please? claim/harvest/collect/get/grab them/it/those? → claim my <t> rewards from:v`,
  // Questions.
  `how_much/how_many <t> would/will/can/could/do/does <m> buy/get/fetch/bring/give/get_me/buy_me/give_me me/us? → how much <t> do i get for:m`,
  `how_much/how_many of? my? <t> can/may/could/is <v> allowed_to/able_to? spend/use/move → what is the <t> allowance of:v`,
  `how_many/how_much <t> exist/exists/are_there/is_there/are_in_circulation/is_in_circulation/circulate/have_been_minted → total supply of:t`,
  `how_much/how_many <t> is/are/sits/lies in/at/on/with <p> → how much <t> does <p> have`,
  `what/which yield/apy/apr/rate/interest/return/returns/rates do/does/is/would/can <v> pay/offer/give/have/paying/offering/yield/earn/get me/us? on/for/with/from/in <t> → what is the apy of <t> on:v`,
  `what/how_much do/does <v> pay/offer/give/yield me/us? on/for/in <t> → what is the apy of <t> on:v`,
  // At a rate.
  `,? at/for/with/: w=min/minimum/at_least/no_less_than/a_minimum_of <r> ${RATE}? → if the apy is at least <r>`,
  `, w=min/minimum/at_least/no_less_than <r> ${RATE} → if the apy is at least <r>`,
  `,? at/for/with <r> ${RATE} or_better/or_more/or_higher/or_above/minimum/min/at_least → if the apy is at least <r>`,
  `,? at/for/with ${RATE} w=above/over/of_at_least/at_least/of_over/higher_than/greater_than <r> → if the apy is <w> <r>`,
  `,? at/for/with w=max/maximum/at_most/no_more_than/up_to/a_maximum_of <r> ${RATE} → if the apy is at most <r>`,
  `,? at/for/with ${RATE} w=below/under/of_at_most/at_most/lower_than/less_than <r> → if the apy is <w> <r>`,
  `into/to/in/between equal/even parts/halves/shares/amounts/portions/pieces of? → evenly into`,
  // On a condition.
  `w=if/when/once/while/whenever <l> pays/offers/gives/yields/is_paying/is_offering/has more_than/over/above/at_least/less_than/under/below:q <r> on/for <t> → <w> the apy of <t> on:l is <q> <r>`,
]
