"""The audit table as tests look at it."""

from service.deployment.tables.audit_trail import AuditTable


def acts(store):
    """Every act of the table in `store`, oldest first."""
    return [kept.act for kept in reversed(AuditTable(store).newest(1_000))]
