from django.db import migrations, models


def caption_from_name(apps, _):
    media = apps.get_model("media", "Media")
    for one in media.objects.all():
        one.caption = one.name.rsplit(".", 1)[0].replace("-", " ")
        one.save()


class Migration(migrations.Migration):
    dependencies = [("media", "0001_initial")]

    operations = [
        migrations.AddField("Media", "caption", models.TextField(default="")),
        migrations.RunPython(caption_from_name, migrations.RunPython.noop),
    ]
