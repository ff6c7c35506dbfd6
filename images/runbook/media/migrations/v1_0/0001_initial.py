import django.db.models.deletion
from django.db import migrations, models

import media.models


class Migration(migrations.Migration):
    initial = True

    operations = [
        migrations.CreateModel(
            name="Media",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=300, unique=True)),
                ("bytes", models.IntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("created", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="ShareLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=40, unique=True, default=media.models.new_token)),
                ("media", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="media.media")),
            ],
        ),
        migrations.CreateModel(
            name="MigrationRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=20)),
                ("started", models.DateTimeField()),
                ("finished", models.DateTimeField(auto_now_add=True)),
                ("ok", models.BooleanField()),
            ],
        ),
    ]
