// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

/// A price that only its deployer moves. It always reports the current block's
/// time as its update time: a snapshot may be months old when it is loaded, and
/// guards against stale prices must not fire then.
contract DevPriceFeed {
    error OnlyOwner();
    error PriceNotPositive();

    event AnswerUpdated(int256 indexed current, uint256 indexed roundId, uint256 updatedAt);

    address public immutable owner;
    uint8 public immutable decimals;
    uint256 public constant version = 1;
    string public description;
    int256 public latestAnswer;
    uint80 public latestRound;

    constructor(uint8 decimals_, int256 answer, string memory description_) {
        if (answer <= 0) revert PriceNotPositive();
        owner = msg.sender;
        decimals = decimals_;
        description = description_;
        latestAnswer = answer;
        latestRound = 1;
    }

    function updateAnswer(int256 answer) external {
        if (msg.sender != owner) revert OnlyOwner();
        if (answer <= 0) revert PriceNotPositive();
        latestAnswer = answer;
        latestRound += 1;
        emit AnswerUpdated(answer, latestRound, block.timestamp);
    }

    function latestTimestamp() external view returns (uint256) {
        return block.timestamp;
    }

    function latestRoundData()
        external
        view
        returns (uint80 roundId, int256 answer, uint256 startedAt, uint256 updatedAt, uint80 answeredInRound)
    {
        return (latestRound, latestAnswer, block.timestamp, block.timestamp, latestRound);
    }
}
