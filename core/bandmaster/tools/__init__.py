"""Tools that models and hosts may call, and the guard: the only way to run one."""

from bandmaster.tools.approval import Approval, ApprovalRequest, Approver
from bandmaster.tools.guard import Guard, Record
from bandmaster.tools.registry import BUILTIN_TOOLS, Registry
from bandmaster.tools.tool import Desk, Hints, Limits, Tool, ToolResult

__all__ = [
    "BUILTIN_TOOLS",
    "Approval",
    "ApprovalRequest",
    "Approver",
    "Desk",
    "Guard",
    "Hints",
    "Limits",
    "Record",
    "Registry",
    "Tool",
    "ToolResult",
]
