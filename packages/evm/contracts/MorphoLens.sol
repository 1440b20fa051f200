// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

import "./StaticReader.sol";

/// Markets of Morpho Blue with the interest up to this block, and positions.
contract MorphoLens is StaticReader {
    uint256 internal constant WAD = 1e18;

    struct MarketParams {
        address loanToken;
        address collateralToken;
        address oracle;
        address irm;
        uint256 lltv;
    }

    struct MarketTotals {
        uint128 totalSupplyAssets;
        uint128 totalSupplyShares;
        uint128 totalBorrowAssets;
        uint128 totalBorrowShares;
        uint128 lastUpdate;
        uint128 fee;
    }

    struct MorphoPosition {
        uint256 supplyShares;
        uint256 borrowShares;
        uint256 collateral;
    }

    struct MorphoMarket {
        bytes32 id;
        MarketParams params;
        /// With the interest up to this block.
        MarketTotals totals;
        /// Per second, in wad, at this block.
        uint256 borrowRate;
        /// Per second, in wad; 0 where the model has none.
        uint256 rateAtTarget;
        /// What the model would charge at each use that was asked for.
        uint256[] sampledRates;
        /// Collateral in loan token, scaled by 1e36 and the decimals.
        uint256 price;
        MorphoPosition[] positions;
    }

    /// `samples` are uses in wad at which a model without a target rate is asked.
    function readMorpho(address morpho, bytes32[] calldata ids, address[] calldata accounts, uint256[] calldata samples)
        external
        view
        returns (uint256 blockNumber, uint256 timestamp, MorphoMarket[] memory markets)
    {
        blockNumber = block.number;
        timestamp = block.timestamp;
        markets = new MorphoMarket[](ids.length);
        for (uint256 i = 0; i < ids.length; i++) {
            markets[i] = _readMarket(morpho, ids[i], samples);
            markets[i].positions = new MorphoPosition[](accounts.length);
            for (uint256 j = 0; j < accounts.length; j++) {
                bytes memory answer =
                    _read(morpho, abi.encodeWithSignature("position(bytes32,address)", ids[i], accounts[j]));
                if (answer.length < 96) continue;
                markets[i].positions[j] = abi.decode(answer, (MorphoPosition));
            }
        }
    }

    function _readMarket(address morpho, bytes32 id, uint256[] calldata samples)
        internal
        view
        returns (MorphoMarket memory market)
    {
        market.id = id;
        bytes memory answer = _read(morpho, abi.encodeWithSignature("idToMarketParams(bytes32)", id));
        if (answer.length < 160) return market;
        market.params = abi.decode(answer, (MarketParams));
        answer = _read(morpho, abi.encodeWithSignature("market(bytes32)", id));
        if (answer.length < 192) return market;
        MarketTotals memory totals = abi.decode(answer, (MarketTotals));
        _accrue(market.params, totals);
        market.totals = totals;
        market.borrowRate = _borrowRate(market.params, totals);
        market.price = _number(market.params.oracle, abi.encodeWithSignature("price()"));
        market.rateAtTarget = _number(market.params.irm, abi.encodeWithSignature("rateAtTarget(bytes32)", id));
        if (market.rateAtTarget != 0) return market;
        market.sampledRates = new uint256[](samples.length);
        for (uint256 i = 0; i < samples.length; i++) {
            MarketTotals memory at = MarketTotals(
                uint128(WAD), uint128(WAD), uint128(samples[i]), uint128(samples[i]), totals.lastUpdate, totals.fee
            );
            market.sampledRates[i] = _borrowRate(market.params, at);
        }
    }

    /// The interest that Morpho itself would book if it were touched now.
    function _accrue(MarketParams memory params, MarketTotals memory totals) internal view {
        uint256 elapsed = block.timestamp - totals.lastUpdate;
        if (elapsed == 0 || params.irm == address(0)) return;
        uint256 rate = _borrowRate(params, totals);
        uint256 first = rate * elapsed;
        uint256 second = first * first / (2 * WAD);
        uint256 third = second * first / (3 * WAD);
        uint256 interest = uint256(totals.totalBorrowAssets) * (first + second + third) / WAD;
        totals.totalBorrowAssets += uint128(interest);
        totals.totalSupplyAssets += uint128(interest);
        if (totals.fee != 0) {
            uint256 fee = interest * totals.fee / WAD;
            totals.totalSupplyShares += uint128(
                fee * (uint256(totals.totalSupplyShares) + 1e6) / (uint256(totals.totalSupplyAssets) - fee + 1)
            );
        }
        totals.lastUpdate = uint128(block.timestamp);
    }

    function _borrowRate(MarketParams memory params, MarketTotals memory totals) internal view returns (uint256) {
        if (params.irm == address(0)) return 0;
        return _number(
            params.irm,
            abi.encodeWithSignature(
                "borrowRateView((address,address,address,address,uint256),(uint128,uint128,uint128,uint128,uint128,uint128))",
                params,
                totals
            )
        );
    }
}
