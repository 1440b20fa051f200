// SPDX-License-Identifier: MIT
pragma solidity ^0.8.24;

import {IPoolManager} from "@uniswap/v4-core/src/interfaces/IPoolManager.sol";
import {IUnlockCallback} from "@uniswap/v4-core/src/interfaces/callback/IUnlockCallback.sol";
import {StateLibrary} from "@uniswap/v4-core/src/libraries/StateLibrary.sol";
import {PoolManager} from "@uniswap/v4-core/src/PoolManager.sol";
import {BalanceDelta} from "@uniswap/v4-core/src/types/BalanceDelta.sol";
import {PoolKey} from "@uniswap/v4-core/src/types/PoolKey.sol";
import {PoolId} from "@uniswap/v4-core/src/types/PoolId.sol";
import {ModifyLiquidityParams, SwapParams} from "@uniswap/v4-core/src/types/PoolOperation.sol";

/// Makes a pool, fills it and trades with it, and takes all of it back by
/// reverting with what happened: so nothing has to be paid for.
contract PoolProbe is IUnlockCallback {
    using StateLibrary for IPoolManager;

    struct Range {
        int24 lower;
        int24 upper;
        int256 liquidity;
    }

    struct Trade {
        bool zeroForOne;
        int256 amount;
    }

    struct Step {
        int128 amount0;
        int128 amount1;
        uint160 sqrtPriceX96;
        int24 tick;
        uint128 liquidity;
    }

    error Steps(Step[] steps);

    uint160 private constant LOWEST = 4295128740;
    uint160 private constant HIGHEST = 1461446703485210103287273052203988822378723970341;

    PoolManager public immutable manager;

    constructor() {
        manager = new PoolManager(address(this));
        manager.setProtocolFeeController(address(this));
    }

    function probe(
        PoolKey calldata key,
        uint160 sqrtPriceX96,
        uint24 protocolFee,
        Range[] calldata ranges,
        Trade[] calldata trades
    ) external {
        manager.initialize(key, sqrtPriceX96);
        if (protocolFee > 0) manager.setProtocolFee(key, protocolFee);
        manager.unlock(abi.encode(key, ranges, trades));
    }

    function unlockCallback(bytes calldata data) external returns (bytes memory) {
        (PoolKey memory key, Range[] memory ranges, Trade[] memory trades) =
            abi.decode(data, (PoolKey, Range[], Trade[]));
        for (uint256 i = 0; i < ranges.length; i++)
            manager.modifyLiquidity(
                key, ModifyLiquidityParams(ranges[i].lower, ranges[i].upper, ranges[i].liquidity, 0), ""
            );
        Step[] memory steps = new Step[](trades.length + 1);
        steps[0] = read(key, 0, 0);
        for (uint256 i = 0; i < trades.length; i++) {
            uint160 limit = trades[i].zeroForOne ? LOWEST : HIGHEST;
            if (steps[i].sqrtPriceX96 == limit) {
                steps[i + 1] = read(key, 0, 0);
                continue;
            }
            BalanceDelta delta = manager.swap(key, SwapParams(trades[i].zeroForOne, trades[i].amount, limit), "");
            steps[i + 1] = read(key, delta.amount0(), delta.amount1());
        }
        revert Steps(steps);
    }

    function read(PoolKey memory key, int128 amount0, int128 amount1) private view returns (Step memory) {
        PoolId id = key.toId();
        (uint160 sqrtPriceX96, int24 tick,,) = IPoolManager(address(manager)).getSlot0(id);
        return Step(amount0, amount1, sqrtPriceX96, tick, IPoolManager(address(manager)).getLiquidity(id));
    }
}
