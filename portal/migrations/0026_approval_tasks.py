"""Approval by a group knows deputies: the tasks that there are become tasks of that kind, with all that waits at them."""

from django.db import migrations


def convert(apps, schema_editor):
    """Give each task the row and the type of the new kind."""
    ContentType = apps.get_model("contenttypes", "ContentType")
    GroupApprovalTask = apps.get_model("wagtailcore", "GroupApprovalTask")
    ApprovalTask = apps.get_model("portal", "ApprovalTask")
    former = ContentType.objects.filter(app_label="wagtailcore", model="groupapprovaltask").first()
    tasks = list(GroupApprovalTask.objects.filter(content_type=former)) if former else []
    if not tasks:
        return
    kind, _ = ContentType.objects.get_or_create(app_label="portal", model="approvaltask")
    for task in tasks:
        # The parents' rows stay as they are.
        ApprovalTask(groupapprovaltask_ptr_id=task.pk).save_base(raw=True)
        apps.get_model("wagtailcore", "Task").objects.filter(pk=task.pk).update(content_type=kind)


class Migration(migrations.Migration):
    """Existing tasks."""

    dependencies = [
        ("portal", "0025_deputies"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(convert, migrations.RunPython.noop)]
