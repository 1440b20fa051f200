// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

import "./StaticReader.sol";

/// Any reads, all of one block.
contract ReadLens is StaticReader {
    struct Read {
        /// Zero: the balance in native coin of the account that `data` encodes.
        address target;
        bytes data;
    }

    /// Answers in the order asked; empty where the target has no code, reverted
    /// or answered with nothing.
    function read(Read[] calldata reads) external view returns (bytes[] memory answers) {
        answers = new bytes[](reads.length);
        for (uint256 i = 0; i < reads.length; i++) {
            if (reads[i].target == address(0)) {
                answers[i] = abi.encode(abi.decode(reads[i].data, (address)).balance);
            } else {
                answers[i] = _read(reads[i].target, reads[i].data);
            }
        }
    }

    struct Token {
        address token;
        /// 256 where the contract does not say.
        uint256 decimals;
        /// As returned: an ABI string, or 32 bytes of old.
        bytes symbol;
        /// Of the oracle, in its unit; 0 where it has none.
        uint256 price;
    }

    function readTokens(address[] calldata tokens, address oracle) public view returns (Token[] memory list) {
        list = new Token[](tokens.length);
        for (uint256 i = 0; i < tokens.length; i++) {
            list[i].token = tokens[i];
            bytes memory decimals = _read(tokens[i], abi.encodeWithSignature("decimals()"));
            list[i].decimals = decimals.length < 32 ? 256 : _word(decimals, 0);
            list[i].symbol = _read(tokens[i], abi.encodeWithSignature("symbol()"));
            list[i].price = _price(oracle, tokens[i]);
        }
    }
}
