"""The gate's rule becomes a dated row like the others: two names, why, and no two that begin on one day."""

from django.db import migrations, models
from django.db.models import F, Q

# Append-only even to the owner, who switches that off for as long as it takes. Rows of anybody else keep their one name:
# the proof says of them that nobody agreed.
FIRST_ROW = """
    ALTER TABLE verification_gaterule DISABLE TRIGGER append_only;
    UPDATE verification_gaterule
        SET made_by = 'published rules', approved_by = 'product owner', reason = 'first row'
        WHERE made_by = 'seed' AND valid_from = '2020-01-01';
    ALTER TABLE verification_gaterule ENABLE TRIGGER append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("verification", "0007_resets")]

    operations = [
        migrations.RenameField("gaterule", "effective_date", "valid_from"),
        migrations.RenameField("gaterule", "created_by", "made_by"),
        migrations.AddField(
            "gaterule", "approved_by", models.CharField(default="", max_length=100), preserve_default=False
        ),
        migrations.AddField("gaterule", "reason", models.CharField(blank=True, default="", max_length=300), False),
        migrations.RunSQL(FIRST_ROW, migrations.RunSQL.noop),
        migrations.AlterField("gaterule", "valid_from", models.DateField()),
        migrations.AddConstraint(
            "gaterule", models.UniqueConstraint(fields=["valid_from"], name="verification_gate_rule_once")
        ),
        migrations.AddConstraint(
            "gaterule",
            models.CheckConstraint(condition=Q(mismatches_max__gt=0), name="verification_gate_rule_leaves_a_try"),
        ),
        migrations.AddConstraint(
            "gaterule",
            models.CheckConstraint(condition=~Q(made_by=F("approved_by")), name="verification_gate_rule_four_eyes"),
        ),
    ]
