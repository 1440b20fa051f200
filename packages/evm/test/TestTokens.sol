// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

/// A token that works and says nothing about it.
contract SilentToken {
    mapping(address => uint256) public balanceOf;
    mapping(address => mapping(address => uint256)) public allowance;
    string public symbol = "USDC";
    uint8 public decimals = 6;

    constructor() {
        balanceOf[msg.sender] = 1e12;
    }

    function approve(address spender, uint256 amount) external returns (bool) {
        allowance[msg.sender][spender] = amount;
        return true;
    }

    function transfer(address to, uint256 amount) external virtual returns (bool) {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount;
        return true;
    }
}

/// Keeps a tenth of every transfer, and logs the whole.
contract FeeToken is SilentToken {
    event Transfer(address indexed from, address indexed to, uint256 amount);

    function transfer(address to, uint256 amount) external override returns (bool) {
        balanceOf[msg.sender] -= amount;
        balanceOf[to] += amount - amount / 10;
        emit Transfer(msg.sender, to, amount);
        return true;
    }
}

/// Logs a gift that is none.
contract LyingToken is SilentToken {
    event Transfer(address indexed from, address indexed to, uint256 amount);

    function gift(address to) external {
        emit Transfer(address(this), to, 1e18);
    }
}

/// Becomes unreadable, in one of several ways.
contract MoodyToken {
    event Transfer(address indexed from, address indexed to, uint256 amount);

    uint256 public mood;
    uint256 public decimals = 18;

    function turn(uint256 next) external {
        mood = next;
        emit Transfer(address(this), msg.sender, 1);
    }

    function balanceOf(address) external returns (uint256) {
        if (mood == 0) return 5;
        if (mood == 1) revert("silence");
        if (mood == 2) while (true) mood;
        if (mood == 3) assembly { return(0, 1000000) }
        mood = 0;
        return 7;
    }

    function symbol() external pure returns (bytes32) {
        return "MOODY";
    }
}

/// One of a kind, and many of several kinds, as far as approvals and balances go.
contract Collectibles {
    event Transfer(address indexed from, address indexed to, uint256 indexed id);
    event Approval(address indexed owner, address indexed approved, uint256 indexed id);
    event ApprovalForAll(address indexed owner, address indexed operator, bool approved);
    event TransferSingle(address indexed operator, address indexed from, address indexed to, uint256 id, uint256 value);

    mapping(address => uint256) public count;
    mapping(address => mapping(uint256 => uint256)) public counts;
    mapping(uint256 => address) public getApproved;
    mapping(address => mapping(address => bool)) public isApprovedForAll;

    function mint(uint256 id) external {
        count[msg.sender]++;
        emit Transfer(address(0), msg.sender, id);
    }

    function mintMany(uint256 id, uint256 value) external {
        counts[msg.sender][id] += value;
        emit TransferSingle(msg.sender, address(0), msg.sender, id, value);
    }

    function approve(address approved, uint256 id) external {
        getApproved[id] = approved;
        emit Approval(msg.sender, approved, id);
    }

    function setApprovalForAll(address operator, bool approved) external {
        isApprovedForAll[msg.sender][operator] = approved;
        emit ApprovalForAll(msg.sender, operator, approved);
    }

    function balanceOf(address owner) external view returns (uint256) {
        return count[owner];
    }

    function balanceOf(address owner, uint256 id) external view returns (uint256) {
        return counts[owner][id];
    }
}

interface IToken {
    function transferFrom(address from, address to, uint256 amount) external returns (bool);
}

/// Takes what it may, whatever it was called for.
contract Drainer {
    function helpful(IToken token, uint256 amount) external payable {
        token.transferFrom(msg.sender, address(this), amount);
    }
}
