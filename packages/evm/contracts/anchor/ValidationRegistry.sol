// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

interface IIdentity {
    function isAuthorizedOrOwner(address spender, uint256 agentId) external view returns (bool);
}

/// The validation registry of ERC-8004: an agent's side asks a validator to
/// check a piece of work, and that validator alone answers, as often as it
/// changes its mind.
contract ValidationRegistry {
    struct Validation {
        address validatorAddress;
        uint256 agentId;
        uint8 response;
        bytes32 responseHash;
        string tag;
        uint256 lastUpdate;
    }

    event ValidationRequest(
        address indexed validatorAddress, uint256 indexed agentId, string requestURI, bytes32 indexed requestHash
    );
    event ValidationResponse(
        address indexed validatorAddress,
        uint256 indexed agentId,
        bytes32 indexed requestHash,
        uint8 response,
        string responseURI,
        bytes32 responseHash,
        string tag
    );

    error NotAuthorized(address caller, uint256 agentId);
    error RequestKnown(bytes32 requestHash);
    error RequestUnknown(bytes32 requestHash);
    error ResponseUnusable(uint8 response);
    error ValidatorMissing();
    error IdentityMissing();

    address private immutable identity;
    mapping(bytes32 => Validation) private validations;
    mapping(uint256 => bytes32[]) private byAgent;
    mapping(address => bytes32[]) private byValidator;

    constructor(address identityRegistry) {
        if (identityRegistry.code.length == 0) revert IdentityMissing();
        identity = identityRegistry;
    }

    function getIdentityRegistry() external view returns (address) {
        return identity;
    }

    function validationRequest(
        address validatorAddress,
        uint256 agentId,
        string calldata requestURI,
        bytes32 requestHash
    ) external {
        if (!IIdentity(identity).isAuthorizedOrOwner(msg.sender, agentId)) revert NotAuthorized(msg.sender, agentId);
        if (validatorAddress == address(0)) revert ValidatorMissing();
        Validation storage one = validations[requestHash];
        if (one.validatorAddress != address(0)) revert RequestKnown(requestHash);
        one.validatorAddress = validatorAddress;
        one.agentId = agentId;
        byAgent[agentId].push(requestHash);
        byValidator[validatorAddress].push(requestHash);
        emit ValidationRequest(validatorAddress, agentId, requestURI, requestHash);
    }

    function validationResponse(
        bytes32 requestHash,
        uint8 response,
        string calldata responseURI,
        bytes32 responseHash,
        string calldata tag
    ) external {
        Validation storage one = validations[requestHash];
        if (one.validatorAddress == address(0)) revert RequestUnknown(requestHash);
        if (msg.sender != one.validatorAddress) revert NotAuthorized(msg.sender, one.agentId);
        if (response > 100) revert ResponseUnusable(response);
        one.response = response;
        one.responseHash = responseHash;
        one.tag = tag;
        one.lastUpdate = block.timestamp;
        emit ValidationResponse(
            one.validatorAddress, one.agentId, requestHash, response, responseURI, responseHash, tag
        );
    }

    function getValidationStatus(bytes32 requestHash)
        external
        view
        returns (
            address validatorAddress,
            uint256 agentId,
            uint8 response,
            bytes32 responseHash,
            string memory tag,
            uint256 lastUpdate
        )
    {
        Validation storage one = validations[requestHash];
        if (one.validatorAddress == address(0)) revert RequestUnknown(requestHash);
        return (one.validatorAddress, one.agentId, one.response, one.responseHash, one.tag, one.lastUpdate);
    }

    /// Of what was answered: a request that nobody answered is no zero.
    function getSummary(uint256 agentId, address[] calldata validatorAddresses, string calldata tag)
        external
        view
        returns (uint64 count, uint8 averageResponse)
    {
        bytes32[] storage requests = byAgent[agentId];
        uint256 sum;
        for (uint256 place = 0; place < requests.length; place++) {
            Validation storage one = validations[requests[place]];
            if (one.lastUpdate == 0 || !isAmong(one.validatorAddress, validatorAddresses)) continue;
            if (bytes(tag).length != 0 && keccak256(bytes(tag)) != keccak256(bytes(one.tag))) continue;
            sum += one.response;
            count++;
        }
        if (count != 0) averageResponse = uint8(sum / count);
    }

    function getAgentValidations(uint256 agentId) external view returns (bytes32[] memory) {
        return byAgent[agentId];
    }

    function getValidatorRequests(address validatorAddress) external view returns (bytes32[] memory) {
        return byValidator[validatorAddress];
    }

    function isAmong(address one, address[] calldata list) private pure returns (bool) {
        if (list.length == 0) return true;
        for (uint256 place = 0; place < list.length; place++) {
            if (list[place] == one) return true;
        }
        return false;
    }
}
