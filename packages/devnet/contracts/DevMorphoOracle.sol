// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

interface PriceFeed {
    function latestAnswer() external view returns (int256);
}

/// The price of one collateral token in loan tokens, in Morpho's scale of
/// 36 + loan decimals - collateral decimals. It reads the feeds that Aave reads,
/// so one price change moves both. Both feeds must have the same decimals.
contract DevMorphoOracle {
    error PriceNotPositive();

    PriceFeed public immutable collateralFeed;
    PriceFeed public immutable loanFeed;
    uint256 public immutable scale;

    constructor(PriceFeed collateralFeed_, PriceFeed loanFeed_, uint256 collateralDecimals, uint256 loanDecimals) {
        collateralFeed = collateralFeed_;
        loanFeed = loanFeed_;
        scale = 10 ** (36 + loanDecimals - collateralDecimals);
    }

    function price() external view returns (uint256) {
        int256 collateral = collateralFeed.latestAnswer();
        int256 loan = loanFeed.latestAnswer();
        if (collateral <= 0 || loan <= 0) revert PriceNotPositive();
        return uint256(collateral) * scale / uint256(loan);
    }
}
