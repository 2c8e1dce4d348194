"""Tools that models and hosts may call, and the guard: the only way to run one."""

from bandmaster.tools.approval import Approval, ApprovalPending, ApprovalRequest, Approver
from bandmaster.tools.arguments import check_arguments
from bandmaster.tools.guard import Guard, Record
from bandmaster.tools.registry import BUILTIN_TOOLS, Registry
from bandmaster.tools.tool import Desk, Hints, Limits, Tool, ToolResult

__all__ = [
    "BUILTIN_TOOLS",
    "Approval",
    "ApprovalPending",
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
    "check_arguments",
]
