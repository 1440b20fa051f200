// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

import "./ReadLens.sol";

/// The pools of Uniswap V2 and V3 with everything that a swap depends on.
contract UniswapLens is ReadLens {
    int24 internal constant MAX_TICK = 887272;
    /// All words of a spacing of 60.
    int256 internal constant WHOLE_WORDS = 120;

    struct Pair {
        address pool;
        address token0;
        address token1;
        uint256 reserve0;
        uint256 reserve1;
    }

    struct Pool {
        address pool;
        address token0;
        address token1;
        uint256 fee;
        int256 tickSpacing;
        uint256 sqrtPriceX96;
        int256 tick;
        uint256 liquidity;
        /// First and last tick that were looked at.
        int256 lowest;
        int256 highest;
        /// Initialised ticks, ascending: index in the upper half, net liquidity
        /// in the lower one, both in two's complement.
        uint256[] ticks;
    }

    struct UniswapRequest {
        address v2Factory;
        address v3Factory;
        address oracle;
        address[] tokens;
        uint256[] fees;
        /// How many words of 256 ticks are read on each side of the price.
        uint256 wordsEachSide;
    }

    struct UniswapState {
        uint256 blockNumber;
        uint256 timestamp;
        Token[] tokens;
        Pair[] pairs;
        Pool[] pools;
    }

    /// Every pool of V2 and V3 between the tokens that holds anything.
    function readUniswap(UniswapRequest calldata request) external view returns (UniswapState memory state) {
        state.blockNumber = block.number;
        state.timestamp = block.timestamp;
        state.tokens = readTokens(request.tokens, request.oracle);
        uint256 count = request.tokens.length;
        uint256 couples = count < 2 ? 0 : count * (count - 1) / 2;
        state.pairs = new Pair[](couples);
        state.pools = new Pool[](couples * request.fees.length);
        // The lists are as long as they can get; their lengths are cut as they fill.
        _setLengths(state, 0, 0);
        for (uint256 i = 0; i < count; i++) {
            for (uint256 j = i + 1; j < count; j++) {
                if (request.tokens[i] < request.tokens[j]) {
                    _readCouple(request, request.tokens[i], request.tokens[j], state);
                } else {
                    _readCouple(request, request.tokens[j], request.tokens[i], state);
                }
            }
        }
    }

    function _readCouple(
        UniswapRequest calldata request,
        address token0,
        address token1,
        UniswapState memory state
    ) internal view {
        Pair memory pair = _readPair(request.v2Factory, token0, token1);
        if (pair.pool != address(0)) {
            _setLengths(state, state.pairs.length + 1, state.pools.length);
            state.pairs[state.pairs.length - 1] = pair;
        }
        for (uint256 i = 0; i < request.fees.length; i++) {
            Pool memory pool = _readPool(request, token0, token1, request.fees[i]);
            if (pool.pool == address(0)) continue;
            _setLengths(state, state.pairs.length, state.pools.length + 1);
            state.pools[state.pools.length - 1] = pool;
        }
    }

    function _setLengths(UniswapState memory state, uint256 pairCount, uint256 poolCount) internal pure {
        Pair[] memory pairs = state.pairs;
        Pool[] memory pools = state.pools;
        assembly {
            mstore(pairs, pairCount)
            mstore(pools, poolCount)
        }
    }

    function _readPair(address factory, address token0, address token1) internal view returns (Pair memory pair) {
        address pool = _address(factory, abi.encodeWithSignature("getPair(address,address)", token0, token1));
        if (pool == address(0)) return pair;
        bytes memory reserves = _read(pool, abi.encodeWithSignature("getReserves()"));
        if (reserves.length < 64 || _word(reserves, 0) == 0 || _word(reserves, 1) == 0) return pair;
        pair = Pair(pool, token0, token1, _word(reserves, 0), _word(reserves, 1));
    }

    function _readPool(
        UniswapRequest calldata request,
        address token0,
        address token1,
        uint256 fee
    ) internal view returns (Pool memory found) {
        address pool = _address(
            request.v3Factory,
            abi.encodeWithSignature("getPool(address,address,uint24)", token0, token1, uint24(fee))
        );
        if (pool == address(0)) return found;
        bytes memory slot = _read(pool, abi.encodeWithSignature("slot0()"));
        if (slot.length < 64 || _word(slot, 0) == 0) return found;
        found.tickSpacing = int256(_number(pool, abi.encodeWithSignature("tickSpacing()")));
        if (found.tickSpacing <= 0) return found;
        found.token0 = token0;
        found.token1 = token1;
        found.fee = fee;
        found.sqrtPriceX96 = _word(slot, 0);
        found.tick = int256(_word(slot, 1));
        found.liquidity = _number(pool, abi.encodeWithSignature("liquidity()"));
        _readTicks(pool, found, int256(request.wordsEachSide));
        // Without its address a pool is left out: nothing lies in this one.
        if (found.liquidity != 0 || found.ticks.length != 0) found.pool = pool;
    }

    function _readTicks(address pool, Pool memory found, int256 wordsEachSide) internal view {
        int256 spacing = found.tickSpacing;
        int256 most = MAX_TICK / spacing;
        int256 compressed = found.tick / spacing;
        if (found.tick < 0 && found.tick % spacing != 0) compressed--;
        int256 first = (compressed >> 8) - wordsEachSide;
        int256 last = (compressed >> 8) + wordsEachSide;
        // A range this small is read whole: full-range positions end at its ends.
        bool isWhole = (most >> 8) - (-most >> 8) < WHOLE_WORDS;
        if (isWhole || first < (-most >> 8)) first = -most >> 8;
        if (isWhole || last > (most >> 8)) last = most >> 8;
        found.lowest = _max(first * 256, -most) * spacing;
        found.highest = -_max(-(last * 256 + 255), -most) * spacing;

        uint256[] memory bitmap = new uint256[](uint256(last - first + 1));
        uint256 count;
        for (int256 word = first; word <= last; word++) {
            uint256 bits = _number(pool, abi.encodeWithSignature("tickBitmap(int16)", int16(word)));
            bitmap[uint256(word - first)] = bits;
            while (bits != 0) {
                bits &= bits - 1;
                count++;
            }
        }
        found.ticks = new uint256[](count);
        uint256 at;
        for (int256 word = first; word <= last; word++) {
            uint256 bits = bitmap[uint256(word - first)];
            for (int256 bit = 0; bits != 0; bit++) {
                if (bits & 1 != 0) {
                    found.ticks[at++] = _readTick(pool, (word * 256 + bit) * spacing);
                }
                bits >>= 1;
            }
        }
    }

    function _readTick(address pool, int256 index) internal view returns (uint256) {
        bytes memory tick = _read(pool, abi.encodeWithSignature("ticks(int24)", int24(index)));
        int256 net = tick.length < 64 ? int256(0) : int256(_word(tick, 1));
        return (uint256(uint128(int128(index))) << 128) | uint128(int128(net));
    }

    function _max(int256 a, int256 b) internal pure returns (int256) {
        return a > b ? a : b;
    }
}
