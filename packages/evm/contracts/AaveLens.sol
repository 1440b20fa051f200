// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

import "./StaticReader.sol";

/// The reserves of Aave V3, any version from 3.0 to 3.5, and one account's part.
contract AaveLens is StaticReader {
    struct Reserve {
        address asset;
        /// Its place in an account's configuration.
        uint256 id;
        uint256 decimals;
        bytes symbol;
        uint256 price;
        uint256 configuration;
        address aToken;
        address stableDebtToken;
        address variableDebtToken;
        /// What can be borrowed or withdrawn now.
        uint256 available;
        uint256 aTokenSupply;
        uint256 stableDebt;
        uint256 variableDebt;
        uint256 supplyRate;
        uint256 borrowRate;
        /// In ray: optimal use, base, slope 1, slope 2; empty where unknown.
        uint256[] curve;
        /// Whether the reserve keeps its own books (3.1 and later).
        bool hasVirtualBalance;
        uint256 accountSupplied;
        uint256 accountStableDebt;
        uint256 accountVariableDebt;
    }

    struct AaveState {
        uint256 blockNumber;
        uint256 timestamp;
        Reserve[] reserves;
        /// Collateral, debt, borrowable (all in the oracle's unit), threshold,
        /// loan to value (both in 1/10000), health in wad.
        uint256[6] account;
        /// Two bits a reserve: borrowed, used as collateral.
        uint256 userConfiguration;
        uint256 userEMode;
    }

    function readAave(address pool, address oracle, address account) external view returns (AaveState memory state) {
        state.blockNumber = block.number;
        state.timestamp = block.timestamp;
        bytes memory answer = _read(pool, abi.encodeWithSignature("getReservesList()"));
        if (answer.length < 64) return state;
        address[] memory assets = abi.decode(answer, (address[]));
        state.reserves = new Reserve[](assets.length);
        for (uint256 i = 0; i < assets.length; i++) {
            state.reserves[i] = _readReserve(pool, oracle, assets[i], account);
        }
        if (account == address(0)) return state;
        answer = _read(pool, abi.encodeWithSignature("getUserAccountData(address)", account));
        for (uint256 i = 0; i < 6 && answer.length >= 192; i++) {
            state.account[i] = _word(answer, i);
        }
        state.userConfiguration = _number(pool, abi.encodeWithSignature("getUserConfiguration(address)", account));
        state.userEMode = _number(pool, abi.encodeWithSignature("getUserEMode(address)", account));
    }

    function _readReserve(address pool, address oracle, address asset, address account)
        internal
        view
        returns (Reserve memory reserve)
    {
        reserve.asset = asset;
        bytes memory answer = _read(pool, abi.encodeWithSignature("getReserveData(address)", asset));
        // The fifteen words of ReserveDataLegacy, the same from 3.0 to 3.5.
        if (answer.length < 480) return reserve;
        reserve.configuration = _word(answer, 0);
        reserve.id = _word(answer, 7);
        reserve.supplyRate = _word(answer, 2);
        reserve.borrowRate = _word(answer, 4);
        reserve.aToken = address(uint160(_word(answer, 8)));
        reserve.stableDebtToken = address(uint160(_word(answer, 9)));
        reserve.variableDebtToken = address(uint160(_word(answer, 10)));
        reserve.curve = _readCurve(address(uint160(_word(answer, 11))), asset);
        reserve.decimals = _number(asset, abi.encodeWithSignature("decimals()"));
        reserve.symbol = _read(asset, abi.encodeWithSignature("symbol()"));
        reserve.price = _price(oracle, asset);
        answer = _read(pool, abi.encodeWithSignature("getVirtualUnderlyingBalance(address)", asset));
        reserve.hasVirtualBalance = answer.length >= 32;
        reserve.available =
            reserve.hasVirtualBalance ? _word(answer, 0) : _balance(asset, reserve.aToken);
        reserve.aTokenSupply = _number(reserve.aToken, abi.encodeWithSignature("totalSupply()"));
        reserve.variableDebt = _number(reserve.variableDebtToken, abi.encodeWithSignature("totalSupply()"));
        if (reserve.stableDebtToken != address(0)) {
            reserve.stableDebt = _number(reserve.stableDebtToken, abi.encodeWithSignature("totalSupply()"));
        }
        if (account != address(0)) {
            reserve.accountSupplied = _balance(reserve.aToken, account);
            reserve.accountVariableDebt = _balance(reserve.variableDebtToken, account);
            if (reserve.stableDebtToken != address(0)) {
                reserve.accountStableDebt = _balance(reserve.stableDebtToken, account);
            }
        }
    }

    /// 3.0 keeps one strategy per curve, 3.1 and later one for all reserves.
    function _readCurve(address strategy, address asset) internal view returns (uint256[] memory curve) {
        bytes memory optimal = _read(strategy, abi.encodeWithSignature("OPTIMAL_USAGE_RATIO()"));
        if (optimal.length == 32) {
            curve = new uint256[](4);
            curve[0] = _word(optimal, 0);
            curve[1] = _number(strategy, abi.encodeWithSignature("getBaseVariableBorrowRate()"));
            curve[2] = _number(strategy, abi.encodeWithSignature("getVariableRateSlope1()"));
            curve[3] = _number(strategy, abi.encodeWithSignature("getVariableRateSlope2()"));
            return curve;
        }
        optimal = _read(strategy, abi.encodeWithSignature("getOptimalUsageRatio(address)", asset));
        if (optimal.length != 32) return curve;
        curve = new uint256[](4);
        curve[0] = _word(optimal, 0);
        curve[1] = _number(strategy, abi.encodeWithSignature("getBaseVariableBorrowRate(address)", asset));
        curve[2] = _number(strategy, abi.encodeWithSignature("getVariableRateSlope1(address)", asset));
        curve[3] = _number(strategy, abi.encodeWithSignature("getVariableRateSlope2(address)", asset));
    }
}
