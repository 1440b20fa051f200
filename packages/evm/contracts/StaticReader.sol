// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

/// Reads other contracts as if they were hostile.
///
/// Every read is a static call with its own share of gas, and at most `MOST_BYTES`
/// of an answer are copied: a token that reverts, burns all gas, writes, or answers
/// with a megabyte spoils its own line only.
///
/// The lenses that inherit this are never deployed. A node runs them through a state
/// override, so they may be changed at any time.
abstract contract StaticReader {
    uint256 internal constant MOST_BYTES = 4096;
    uint256 internal constant MOST_GAS = 3_000_000;

    function _read(address target, bytes memory data) internal view returns (bytes memory answer) {
        bool succeeded;
        uint256 size;
        // With less gas an honest read would fail and look like a missing contract.
        require(gasleft() > MOST_GAS + MOST_GAS / 32, "LENS_OUT_OF_GAS");
        assembly {
            succeeded := staticcall(MOST_GAS, target, add(data, 32), mload(data), 0, 0)
            size := returndatasize()
        }
        if (!succeeded) return answer;
        if (size > MOST_BYTES) size = MOST_BYTES;
        answer = new bytes(size);
        assembly {
            returndatacopy(add(answer, 32), 0, size)
        }
    }

    function _word(bytes memory answer, uint256 index) internal pure returns (uint256 word) {
        assembly {
            word := mload(add(answer, add(32, mul(index, 32))))
        }
    }

    function _number(address target, bytes memory data) internal view returns (uint256) {
        bytes memory answer = _read(target, data);
        return answer.length < 32 ? 0 : _word(answer, 0);
    }

    function _address(address target, bytes memory data) internal view returns (address) {
        return address(uint160(_number(target, data)));
    }

    function _balance(address token, address account) internal view returns (uint256) {
        return _number(token, abi.encodeWithSignature("balanceOf(address)", account));
    }

    function _price(address oracle, address token) internal view returns (uint256) {
        return _number(oracle, abi.encodeWithSignature("getAssetPrice(address)", token));
    }
}
