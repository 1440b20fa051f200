// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

interface IIdentity {
    function isAuthorizedOrOwner(address spender, uint256 agentId) external view returns (bool);
}

/// The reputation registry of ERC-8004: anyone but an agent's own side says
/// what they think of it, and only they can take it back. It adds nothing up
/// that was not asked for by the names of those who said it.
contract ReputationRegistry {
    struct Feedback {
        int128 value;
        uint8 valueDecimals;
        bool isRevoked;
        string tag1;
        string tag2;
    }

    event NewFeedback(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        int128 value,
        uint8 valueDecimals,
        string indexed indexedTag1,
        string tag1,
        string tag2,
        string endpoint,
        string feedbackURI,
        bytes32 feedbackHash
    );
    event FeedbackRevoked(uint256 indexed agentId, address indexed clientAddress, uint64 indexed feedbackIndex);
    event ResponseAppended(
        uint256 indexed agentId,
        address indexed clientAddress,
        uint64 feedbackIndex,
        address indexed responder,
        string responseURI,
        bytes32 responseHash
    );

    error SelfFeedback(address caller, uint256 agentId);
    error DecimalsUnusable(uint8 valueDecimals);
    error FeedbackUnknown(uint256 agentId, address clientAddress, uint64 feedbackIndex);
    error AlreadyRevoked(uint64 feedbackIndex);
    error ClientsMissing();
    error IdentityMissing();

    uint8 private constant mostDecimals = 18;

    address private immutable identity;
    mapping(uint256 => address[]) private clients;
    mapping(uint256 => mapping(address => Feedback[])) private given;
    mapping(uint256 => mapping(address => mapping(uint64 => mapping(address => uint64)))) private answered;
    mapping(uint256 => mapping(address => mapping(uint64 => address[]))) private responders;

    /// No proxy and so no `initialize`: nobody can come first and name another.
    constructor(address identityRegistry) {
        if (identityRegistry.code.length == 0) revert IdentityMissing();
        identity = identityRegistry;
    }

    function getIdentityRegistry() external view returns (address) {
        return identity;
    }

    function giveFeedback(
        uint256 agentId,
        int128 value,
        uint8 valueDecimals,
        string calldata tag1,
        string calldata tag2,
        string calldata endpoint,
        string calldata feedbackURI,
        bytes32 feedbackHash
    ) external {
        // Reverts for an agent that is not registered.
        if (IIdentity(identity).isAuthorizedOrOwner(msg.sender, agentId)) revert SelfFeedback(msg.sender, agentId);
        if (valueDecimals > mostDecimals) revert DecimalsUnusable(valueDecimals);
        Feedback[] storage list = given[agentId][msg.sender];
        if (list.length == 0) clients[agentId].push(msg.sender);
        list.push(Feedback(value, valueDecimals, false, tag1, tag2));
        emit NewFeedback(
            agentId,
            msg.sender,
            uint64(list.length),
            value,
            valueDecimals,
            tag1,
            tag1,
            tag2,
            endpoint,
            feedbackURI,
            feedbackHash
        );
    }

    function revokeFeedback(uint256 agentId, uint64 feedbackIndex) external {
        Feedback storage one = find(agentId, msg.sender, feedbackIndex);
        if (one.isRevoked) revert AlreadyRevoked(feedbackIndex);
        one.isRevoked = true;
        emit FeedbackRevoked(agentId, msg.sender, feedbackIndex);
    }

    function appendResponse(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        string calldata responseURI,
        bytes32 responseHash
    ) external {
        find(agentId, clientAddress, feedbackIndex);
        if (answered[agentId][clientAddress][feedbackIndex][msg.sender]++ == 0) {
            responders[agentId][clientAddress][feedbackIndex].push(msg.sender);
        }
        emit ResponseAppended(agentId, clientAddress, feedbackIndex, msg.sender, responseURI, responseHash);
    }

    function readFeedback(uint256 agentId, address clientAddress, uint64 feedbackIndex)
        external
        view
        returns (int128 value, uint8 valueDecimals, string memory tag1, string memory tag2, bool isRevoked)
    {
        Feedback storage one = find(agentId, clientAddress, feedbackIndex);
        return (one.value, one.valueDecimals, one.tag1, one.tag2, one.isRevoked);
    }

    /// The mean of what the named clients said and did not take back, with as
    /// many decimals as the finest of them has.
    function getSummary(
        uint256 agentId,
        address[] calldata clientAddresses,
        string calldata tag1,
        string calldata tag2
    ) external view returns (uint64 count, int128 summaryValue, uint8 summaryValueDecimals) {
        if (clientAddresses.length == 0) revert ClientsMissing();
        int256 sum;
        for (uint256 who = 0; who < clientAddresses.length; who++) {
            Feedback[] storage list = given[agentId][clientAddresses[who]];
            for (uint256 place = 0; place < list.length; place++) {
                Feedback storage one = list[place];
                if (one.isRevoked || !fits(one, tag1, tag2)) continue;
                // Summed with 18 decimals: the sum of 2^64 of the largest fits.
                sum += int256(one.value) * int256(10 ** (mostDecimals - one.valueDecimals));
                if (one.valueDecimals > summaryValueDecimals) summaryValueDecimals = one.valueDecimals;
                count++;
            }
        }
        if (count == 0) return (0, 0, 0);
        int256 mean = sum / int256(uint256(count)) / int256(10 ** (mostDecimals - summaryValueDecimals));
        // A mean of int128 fits without decimals: who says much too much blocks nobody.
        while (mean > type(int128).max || mean < type(int128).min) {
            mean /= 10;
            summaryValueDecimals--;
        }
        summaryValue = int128(mean);
    }

    function readAllFeedback(
        uint256 agentId,
        address[] calldata clientAddresses,
        string calldata tag1,
        string calldata tag2,
        bool includeRevoked
    )
        external
        view
        returns (
            address[] memory authors,
            uint64[] memory feedbackIndexes,
            int128[] memory values,
            uint8[] memory valueDecimals,
            string[] memory tag1s,
            string[] memory tag2s,
            bool[] memory revokedStatuses
        )
    {
        address[] memory asked = clientAddresses;
        if (asked.length == 0) asked = clients[agentId];
        uint256 found;
        for (uint256 who = 0; who < asked.length; who++) {
            Feedback[] storage list = given[agentId][asked[who]];
            for (uint256 place = 0; place < list.length; place++) {
                if ((includeRevoked || !list[place].isRevoked) && fits(list[place], tag1, tag2)) found++;
            }
        }
        authors = new address[](found);
        feedbackIndexes = new uint64[](found);
        values = new int128[](found);
        valueDecimals = new uint8[](found);
        tag1s = new string[](found);
        tag2s = new string[](found);
        revokedStatuses = new bool[](found);
        found = 0;
        for (uint256 who = 0; who < asked.length; who++) {
            Feedback[] storage list = given[agentId][asked[who]];
            for (uint256 place = 0; place < list.length; place++) {
                Feedback storage one = list[place];
                if ((!includeRevoked && one.isRevoked) || !fits(one, tag1, tag2)) continue;
                authors[found] = asked[who];
                feedbackIndexes[found] = uint64(place + 1);
                values[found] = one.value;
                valueDecimals[found] = one.valueDecimals;
                tag1s[found] = one.tag1;
                tag2s[found] = one.tag2;
                revokedStatuses[found] = one.isRevoked;
                found++;
            }
        }
    }

    /// Answers to one feedback, or with index 0 to all of a client; of those
    /// who are named, or of all.
    function getResponseCount(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        address[] calldata responderAddresses
    ) external view returns (uint64 count) {
        if (clientAddress == address(0)) {
            address[] storage authors = clients[agentId];
            for (uint256 who = 0; who < authors.length; who++) {
                count += countAnswers(agentId, authors[who], feedbackIndex, responderAddresses);
            }
            return count;
        }
        return countAnswers(agentId, clientAddress, feedbackIndex, responderAddresses);
    }

    function countAnswers(
        uint256 agentId,
        address clientAddress,
        uint64 feedbackIndex,
        address[] calldata responderAddresses
    ) private view returns (uint64 count) {
        uint64 last = uint64(given[agentId][clientAddress].length);
        for (uint64 index = feedbackIndex == 0 ? 1 : feedbackIndex; index <= last; index++) {
            address[] memory asked = responderAddresses;
            if (asked.length == 0) asked = responders[agentId][clientAddress][index];
            for (uint256 who = 0; who < asked.length; who++) {
                count += answered[agentId][clientAddress][index][asked[who]];
            }
            if (feedbackIndex != 0) break;
        }
    }

    function getClients(uint256 agentId) external view returns (address[] memory) {
        return clients[agentId];
    }

    function getLastIndex(uint256 agentId, address clientAddress) external view returns (uint64) {
        return uint64(given[agentId][clientAddress].length);
    }

    function find(uint256 agentId, address clientAddress, uint64 feedbackIndex)
        private
        view
        returns (Feedback storage)
    {
        Feedback[] storage list = given[agentId][clientAddress];
        if (feedbackIndex == 0 || feedbackIndex > list.length) {
            revert FeedbackUnknown(agentId, clientAddress, feedbackIndex);
        }
        return list[feedbackIndex - 1];
    }

    function fits(Feedback storage one, string calldata tag1, string calldata tag2) private view returns (bool) {
        return (bytes(tag1).length == 0 || keccak256(bytes(tag1)) == keccak256(bytes(one.tag1)))
            && (bytes(tag2).length == 0 || keccak256(bytes(tag2)) == keccak256(bytes(one.tag2)));
    }
}
