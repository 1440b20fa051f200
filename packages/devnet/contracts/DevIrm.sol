// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

/// A fixed borrow rate curve for Morpho: 1 % a year when nothing is borrowed,
/// 4 % at 90 % use, 16 % at 100 %. The structs repeat Morpho's field order.
contract DevIrm {
    struct MarketParams {
        address loanToken;
        address collateralToken;
        address oracle;
        address irm;
        uint256 lltv;
    }

    struct Market {
        uint128 totalSupplyAssets;
        uint128 totalSupplyShares;
        uint128 totalBorrowAssets;
        uint128 totalBorrowShares;
        uint128 lastUpdate;
        uint128 fee;
    }

    uint256 internal constant WAD = 1e18;
    uint256 internal constant YEAR = 365 days;
    uint256 internal constant KINK = 0.9e18;
    uint256 internal constant RATE_AT_ZERO = 0.01e18;
    uint256 internal constant RATE_AT_KINK = 0.04e18;
    uint256 internal constant RATE_AT_FULL = 0.16e18;

    function borrowRate(MarketParams memory, Market memory market) external pure returns (uint256) {
        return _ratePerSecond(market);
    }

    function borrowRateView(MarketParams memory, Market memory market) external pure returns (uint256) {
        return _ratePerSecond(market);
    }

    function _ratePerSecond(Market memory market) internal pure returns (uint256) {
        if (market.totalSupplyAssets == 0) return RATE_AT_ZERO / YEAR;
        uint256 used = uint256(market.totalBorrowAssets) * WAD / market.totalSupplyAssets;
        if (used > WAD) used = WAD;
        uint256 perYear = used <= KINK
            ? RATE_AT_ZERO + (RATE_AT_KINK - RATE_AT_ZERO) * used / KINK
            : RATE_AT_KINK + (RATE_AT_FULL - RATE_AT_KINK) * (used - KINK) / (WAD - KINK);
        return perYear / YEAR;
    }
}
