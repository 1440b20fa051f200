// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

interface IReceiver {
    function onERC721Received(address operator, address from, uint256 tokenId, bytes calldata data)
        external
        returns (bytes4);
}

interface IContractAccount {
    function isValidSignature(bytes32 hash, bytes calldata signature) external view returns (bytes4);
}

/// The identity registry of ERC-8004: every agent is an ERC-721 token, whose
/// URI is its registration file. Nobody owns the contract, and nothing in it
/// can be changed by anyone but an agent's owner.
contract IdentityRegistry {
    struct MetadataEntry {
        string metadataKey;
        bytes metadataValue;
    }

    event Transfer(address indexed from, address indexed to, uint256 indexed tokenId);
    event Approval(address indexed owner, address indexed approved, uint256 indexed tokenId);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);
    event Registered(uint256 indexed agentId, string agentURI, address indexed owner);
    event URIUpdated(uint256 indexed agentId, string newURI, address indexed updatedBy);
    event MetadataSet(
        uint256 indexed agentId, string indexed indexedMetadataKey, string metadataKey, bytes metadataValue
    );

    error AgentUnknown(uint256 agentId);
    error NotAuthorized(address caller, uint256 agentId);
    error KeyReserved();
    error RecipientRefused(address to);
    error DeadlineUnusable(uint256 deadline);
    error SignatureInvalid();

    string public constant name = "ERC-8004 Trustless Agents";
    string public constant symbol = "AGENT";

    bytes32 private constant walletKeyHash = keccak256("agentWallet");
    bytes32 private constant walletTypeHash =
        keccak256("AgentWalletSet(uint256 agentId,address newWallet,address owner,uint256 deadline)");
    /// A consent that is kept for later is not one to what happens now.
    uint256 private constant longestConsent = 5 minutes;
    /// Above it a signature has a twin.
    uint256 private constant halfOrder = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    uint256 private lastId;
    mapping(uint256 => address) private owners;
    mapping(address => uint256) private balances;
    mapping(uint256 => address) private approvals;
    mapping(address => mapping(address => bool)) private operators;
    mapping(uint256 => string) private uris;
    mapping(uint256 => mapping(string => bytes)) private metadata;
    mapping(uint256 => address) private wallets;

    function register() external returns (uint256) {
        return mint("");
    }

    function register(string calldata agentURI) external returns (uint256) {
        return mint(agentURI);
    }

    function register(string calldata agentURI, MetadataEntry[] calldata entries) external returns (uint256 agentId) {
        agentId = mint(agentURI);
        for (uint256 place = 0; place < entries.length; place++) {
            writeMetadata(agentId, entries[place].metadataKey, entries[place].metadataValue);
        }
    }

    // Before whatever the receiver of a safe transfer could do: a mint calls nobody.
    function mint(string memory agentURI) private returns (uint256 agentId) {
        agentId = ++lastId;
        owners[agentId] = msg.sender;
        balances[msg.sender] += 1;
        uris[agentId] = agentURI;
        wallets[agentId] = msg.sender;
        emit Transfer(address(0), msg.sender, agentId);
        emit MetadataSet(agentId, "agentWallet", "agentWallet", abi.encodePacked(msg.sender));
        emit Registered(agentId, agentURI, msg.sender);
    }

    function setAgentURI(uint256 agentId, string calldata newURI) external {
        assertAuthorized(agentId);
        uris[agentId] = newURI;
        emit URIUpdated(agentId, newURI, msg.sender);
    }

    function tokenURI(uint256 agentId) external view returns (string memory) {
        ownerOf(agentId);
        return uris[agentId];
    }

    function getMetadata(uint256 agentId, string calldata metadataKey) external view returns (bytes memory) {
        if (keccak256(bytes(metadataKey)) == walletKeyHash) {
            address wallet = wallets[agentId];
            return wallet == address(0) ? bytes("") : abi.encodePacked(wallet);
        }
        return metadata[agentId][metadataKey];
    }

    function setMetadata(uint256 agentId, string calldata metadataKey, bytes calldata metadataValue) external {
        assertAuthorized(agentId);
        writeMetadata(agentId, metadataKey, metadataValue);
    }

    function writeMetadata(uint256 agentId, string calldata metadataKey, bytes calldata metadataValue) private {
        if (keccak256(bytes(metadataKey)) == walletKeyHash) revert KeyReserved();
        metadata[agentId][metadataKey] = metadataValue;
        emit MetadataSet(agentId, metadataKey, metadataKey, metadataValue);
    }

    function getAgentWallet(uint256 agentId) external view returns (address) {
        ownerOf(agentId);
        return wallets[agentId];
    }

    function setAgentWallet(uint256 agentId, address newWallet, uint256 deadline, bytes calldata signature) external {
        assertAuthorized(agentId);
        if (newWallet == address(0)) revert SignatureInvalid();
        if (deadline < block.timestamp || deadline > block.timestamp + longestConsent) {
            revert DeadlineUnusable(deadline);
        }
        bytes32 content = keccak256(abi.encode(walletTypeHash, agentId, newWallet, owners[agentId], deadline));
        if (!isSignedBy(newWallet, keccak256(abi.encodePacked("\x19\x01", domainSeparator(), content)), signature)) {
            revert SignatureInvalid();
        }
        writeWallet(agentId, newWallet);
    }

    function unsetAgentWallet(uint256 agentId) external {
        assertAuthorized(agentId);
        writeWallet(agentId, address(0));
    }

    function writeWallet(uint256 agentId, address wallet) private {
        wallets[agentId] = wallet;
        emit MetadataSet(
            agentId, "agentWallet", "agentWallet", wallet == address(0) ? bytes("") : abi.encodePacked(wallet)
        );
    }

    // Computed each time: a fork of a chain is another chain.
    function domainSeparator() private view returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("ERC8004IdentityRegistry"),
                keccak256("1"),
                block.chainid,
                address(this)
            )
        );
    }

    function isSignedBy(address account, bytes32 digest, bytes calldata signature) private view returns (bool) {
        // A key first: an account with delegated code still has its key.
        if (signature.length == 65) {
            bytes32 r = bytes32(signature[0:32]);
            bytes32 s = bytes32(signature[32:64]);
            address signer = uint256(s) > halfOrder ? address(0) : ecrecover(digest, uint8(signature[64]), r, s);
            if (signer != address(0) && signer == account) return true;
        }
        if (account.code.length == 0) return false;
        (bool ok, bytes memory answer) =
            account.staticcall(abi.encodeCall(IContractAccount.isValidSignature, (digest, signature)));
        return ok && answer.length == 32 && bytes32(answer) == bytes32(IContractAccount.isValidSignature.selector);
    }

    function balanceOf(address owner) external view returns (uint256) {
        return balances[owner];
    }

    function ownerOf(uint256 agentId) public view returns (address owner) {
        owner = owners[agentId];
        if (owner == address(0)) revert AgentUnknown(agentId);
    }

    function getApproved(uint256 agentId) external view returns (address) {
        ownerOf(agentId);
        return approvals[agentId];
    }

    function isApprovedForAll(address owner, address operator) external view returns (bool) {
        return operators[owner][operator];
    }

    /// Whether an account may act for an agent: its owner, or whom that one named.
    function isAuthorizedOrOwner(address spender, uint256 agentId) public view returns (bool) {
        address owner = ownerOf(agentId);
        return spender == owner || operators[owner][spender] || approvals[agentId] == spender;
    }

    function approve(address to, uint256 agentId) external {
        address owner = ownerOf(agentId);
        // Who was named for one agent may not name the next.
        if (msg.sender != owner && !operators[owner][msg.sender]) revert NotAuthorized(msg.sender, agentId);
        approvals[agentId] = to;
        emit Approval(owner, to, agentId);
    }

    function setApprovalForAll(address operator, bool approved) external {
        operators[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function transferFrom(address from, address to, uint256 agentId) public {
        assertAuthorized(agentId);
        if (owners[agentId] != from) revert NotAuthorized(from, agentId);
        if (to == address(0)) revert RecipientRefused(to);
        // What the one before was paid at and had named is not the next one's.
        delete approvals[agentId];
        if (wallets[agentId] != address(0)) writeWallet(agentId, address(0));
        balances[from] -= 1;
        balances[to] += 1;
        owners[agentId] = to;
        emit Transfer(from, to, agentId);
    }

    function safeTransferFrom(address from, address to, uint256 agentId) external {
        safeTransferFrom(from, to, agentId, "");
    }

    function safeTransferFrom(address from, address to, uint256 agentId, bytes memory data) public {
        transferFrom(from, to, agentId);
        if (to.code.length == 0) return;
        try IReceiver(to).onERC721Received(msg.sender, from, agentId, data) returns (bytes4 answer) {
            if (answer != IReceiver.onERC721Received.selector) revert RecipientRefused(to);
        } catch {
            revert RecipientRefused(to);
        }
    }

    function supportsInterface(bytes4 interfaceId) external pure returns (bool) {
        // ERC-165, ERC-721, and its metadata.
        return interfaceId == 0x01ffc9a7 || interfaceId == 0x80ac58cd || interfaceId == 0x5b5e139f;
    }

    function assertAuthorized(uint256 agentId) private view {
        if (!isAuthorizedOrOwner(msg.sender, agentId)) revert NotAuthorized(msg.sender, agentId);
    }
}
